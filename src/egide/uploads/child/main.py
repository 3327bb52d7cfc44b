"""The process that reads one file: told what to do on its input, answers on its output, and ends.

Started by its path (`uploads.inspecting`), with an empty environment. Each message is the length of a JSON
header on four bytes, the header, then the bytes of a file.
"""

import json
import sys
from pathlib import Path
from typing import Any


def _answer(header: dict[str, Any], data: bytes = b"") -> None:
    raw = json.dumps(header).encode()
    sys.stdout.buffer.write(len(raw).to_bytes(4, "big") + raw + data)
    sys.stdout.buffer.flush()


def main() -> int:
    """Read one order and one file; answer."""
    sys.path.append(str(Path(__file__).resolve().parents[3]))  # isolated mode (-I) adds no folder of its own
    from egide.uploads.child import limits
    from egide.uploads.child.verdict import Bad

    limits.confine()
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    order = json.loads(sys.stdin.buffer.read(size))
    data = sys.stdin.buffer.read()
    try:
        from egide.uploads.child import reading

        made = reading.page(data, order["page"]) if "page" in order else reading.rebuilt(data, order["name"])
    except Bad as bad:
        _answer({"bad": bad.code})
    except (MemoryError, RecursionError):
        _answer({"bad": "too_heavy"})
    except Exception:  # whatever a hostile file makes a library raise
        _answer({"bad": "damaged"})
    else:
        _answer(made.header, made.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
