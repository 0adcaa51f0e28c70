"""Every sentence a person reads, in English, by theme. The only place with words in it."""
