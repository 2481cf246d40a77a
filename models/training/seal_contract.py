"""Writes the SHA-256 of each weights file into models/contract.json: the last step of every release of weights.

    python models/training/seal_contract.py            # after export_voice.py, export_face.py and probes.py

Whoever loads the weights verifies these hashes and refuses to start on a mismatch.
"""

import hashlib
import json
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1]


def seal(contract_file: Path, weights: Path) -> list[str]:
    """Fills in every `sha256` beside a `file`; returns the names of the sealed files."""
    contract = json.loads(contract_file.read_text())
    sealed = []
    for part in contract.values():
        if not isinstance(part, dict) or "file" not in part:
            continue
        file = weights / part["file"]
        if not file.exists():
            sys.exit(f"seal_contract: {file} is missing: export it first")
        part["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        sealed.append(part["file"])
    contract_file.write_text(json.dumps(contract, indent=2) + "\n")
    return sealed


if __name__ == "__main__":
    for name in seal(MODELS / "contract.json", MODELS / "weights"):
        print("sealed", name)
