"""Threads that share a boto3 client and update users: the script that one would write.

boto3_loop.py ENDPOINT POOL MODE THREADS ROWS; without rows (0) until it is killed. It prints how many
updates raised an error.
"""
import itertools
import sys
import threading

import boto3
from botocore.config import Config

endpoint, pool, mode, threads, rows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
client = boto3.client("cognito-idp", endpoint_url=endpoint, config=Config(
    retries={"mode": mode}, max_pool_connections=threads))
numbers = iter(range(rows)) if rows else itertools.count()
lock = threading.Lock()
lost = 0


def work():
    global lost
    while True:
        with lock:
            i = next(numbers, None)
        if i is None:
            return
        try:
            client.admin_update_user_attributes(
                UserPoolId=pool, Username="user-%05d" % (i % 20000),
                UserAttributes=[{"Name": "custom:tier", "Value": "tier-%d" % i}])
        except Exception:
            with lock:
                lost += 1


workers = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(lost)
