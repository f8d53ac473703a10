"""The server, which ends a transaction that nobody goes on with sooner than after the usual minute.

Its command line says nothing of that. What waits for such a transaction in the tests waits for less than this.
"""

import sys

from secantus.cli import main
from secantus.server import SecantusDBServer

SecantusDBServer.__init__.__kwdefaults__["transaction_lifetime_seconds"] = 20.0
sys.exit(main())
