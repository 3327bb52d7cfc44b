"""`python -m egide`: what `./egide` hands over to, once the environment is ready."""

import sys

from egide.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
