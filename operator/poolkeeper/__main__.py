"""`python -m poolkeeper`."""

from poolkeeper.cli import main

if __name__ == "__main__":
    main(prog_name="poolkeeper")
