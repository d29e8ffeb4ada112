"""`python -m poolkeeper`."""

from poolkeeper.cli.main import main

if __name__ == "__main__":
    main(prog_name="poolkeeper")
