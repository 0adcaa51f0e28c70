"""What can be wrong with the database itself, each said in one sentence an operator can act on."""


class DatabaseFault(Exception):
    """The database cannot be used as it is. The message is the sentence to print."""


class DatabaseUnavailable(DatabaseFault):
    """It cannot be reached, or its address cannot be understood."""


class DatabaseBusy(DatabaseFault):
    """Another process has this SQLite file open for writing."""


class SchemaOutdated(DatabaseFault):
    """Its tables are not those this version works with."""


class Again(Exception):
    """Somebody was faster in a way only another look can show: the transaction starts over."""
