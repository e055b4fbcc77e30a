"""
Runs the unmodified Python SDK against a Motion Server that is up:

    VISAVIS_CONSOLE_URL=... VISAVIS_INGRESS_URL=... python run.py [SPEECH.wav]

The server must have app dev-app, API key dev-key and avatar ava. Exits 1 where a check fails.
"""

from __future__ import annotations

import asyncio
import sys
import traceback

from spatius import configure_telemetry

import checks


async def run_all() -> int:
    failed = 0
    for check in checks.CHECKS:
        try:
            await check()
            print(f"ok      {check.__doc__}", flush=True)
        except Exception:  # a check may fail in any way; the rest still runs
            failed += 1
            print(f"FAILED  {check.__doc__}", flush=True)
            traceback.print_exc()
    print(f"\n{len(checks.CHECKS) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    configure_telemetry("")
    checks.SPEECH_WAV = sys.argv[1] if len(sys.argv) > 1 else None
    sys.exit(1 if asyncio.run(run_all()) else 0)
