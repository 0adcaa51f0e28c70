"""`python -m playground`: see `standalone`."""

from playground.standalone import main

if __name__ == "__main__":
    raise SystemExit(main())
