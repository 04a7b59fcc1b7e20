# The AWS CLI, loaded once: each line of standard input is the arguments of a call, in JSON, which a fork makes. Its
# answer is a line, too: the exit code and what was printed.
import contextlib
import gc
import io
import json
import os
import sys
import tempfile

from awscli.clidriver import create_clidriver

driver = create_clidriver()
driver.session.create_client("cognito-idp")
with contextlib.redirect_stdout(io.StringIO()):  # loads the rest of what every call wants, and calls nobody
    driver.main(["cognito-idp", "list-user-pools", "--generate-cli-skeleton"])
gc.disable()
gc.freeze()  # so that forks share what is loaded

print(driver.session.user_agent(), flush=True)
for line in sys.stdin:
    args = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            code = 255
            try:
                code = driver.main(args)
            except SystemExit as e:
                code = e.code
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code or 0)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "out": out.read().decode(), "err": err.read().decode()}), flush=True)
