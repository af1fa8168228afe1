"""Writes the generated parts of the pages; needs scripts/ on the path of Python."""

from pages import generated

if __name__ == "__main__":
    generated.write()
