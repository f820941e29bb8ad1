"""The Python side of bench/support/peer.ts: one JSON request a line on stdin, one JSON answer a line on stdout.

    {"do": "setup", ...}            -> {"names": [...], "versions": {...}, "missing": {...}} of what can run it
    {"do": "run", "name": "torch"}  -> {"wall": ms, "cpu": ms} of one run
    {"do": "result", "name": ...}   -> {"file": name of a file of float32 or uint32 values}, of the last run

A job is a class with `setup(request) -> {name: function}` and `result(name) -> list of numpy arrays`.
"""
import json
import os
import sys
import tempfile
import time
import traceback

missing = {}
versions = {}


def importable(module, package):
    """The module or None, with what to install noted for the reader."""
    try:
        found = __import__(module)
        versions[package] = getattr(found, '__version__', '?')
        return found
    except ImportError:
        missing[package] = f'apt-get install {package}'
        return None


def serve(job):
    out = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)  # what libraries print does not belong into the answers
    runs = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request['do'] == 'setup':
                runs = job.setup(request)
                answer = {'names': list(runs), 'versions': versions, 'missing': missing}
            elif request['do'] == 'run':
                start, used = time.perf_counter(), time.process_time()
                runs[request['name']]()
                answer = {'cpu': 1000 * (time.process_time() - used), 'wall': 1000 * (time.perf_counter() - start)}
            else:
                folder = tempfile.mkdtemp(prefix='semia-peer-')
                answer = {'files': []}
                for i, values in enumerate(job.result(request['name'])):
                    path = os.path.join(folder, str(i))
                    values.tofile(path)
                    answer['files'].append({'path': path, 'type': str(values.dtype)})
        except Exception as error:  # the bench prints it and goes on without this peer
            answer = {'error': f'{type(error).__name__}: {error}', 'trace': traceback.format_exc()}
        out.write(json.dumps(answer) + '\n')
        out.flush()
