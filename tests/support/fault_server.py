"""An HTTP server for tests of downloads, with every fault a test asks for.

    fault_server.py SPEC.json LOG.jsonl

SPEC.json: {"certificate": FILE, "resources": {"/path": {"file": FILE, "steps": [...], "always": {...}}}}.
Each request for a path takes the next of its steps; after the last, "always" holds, or a plain answer. A step may have:

    status, headers      answer this instead of the file
    drop_after: N        close the connection after N bytes of the body
    stall_after: N       send N bytes of the body, then nothing
    chunk_delay: S       wait so long after every 4 kB
    length: N            announce N bytes (0: no length, the connection's end is the body's)
    chunked: true        send the body in chunks, without a length
    ignore_range: true   answer a range with 200 and all
    range_start: N       answer a range with one that begins there
    file                 another file
    no_answer: true      close the connection without an answer

The port is the first line of its output; it ends when its input does. LOG.jsonl gets a line for each request (path, range, status, sent: bytes of the
body): at its end where it is for a file, else before the answer.
"""
import http.server
import json
import pathlib
import ssl
import sys
import threading
import time

spec = json.loads(pathlib.Path(sys.argv[1]).read_text())
log = open(sys.argv[2], "a", buffering=1)
lock = threading.Lock()
taken = {}


def next_step(path):
    resource = spec["resources"].get(path)
    if resource is None:
        return {"status": 404}
    steps = resource.get("steps", [])
    with lock:
        at = taken[path] = taken.get(path, -1) + 1
    step = steps[at] if at < len(steps) else resource.get("always", {})
    return {**resource, **step}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path
        if "://" in path:  # asked as a proxy
            path = "/" + path.split("://", 1)[1].split("/", 1)[1]
        self.sent, self.status = 0, 0
        step = next_step(path)
        if "status" in step or step.get("no_answer"):
            self.status = step.get("status", 0)
            self.note()
            self.refuse(step)
            return
        try:
            self.answer(step)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True
        self.note()

    def note(self):
        with lock:
            log.write(json.dumps({
                "path": self.path, "range": self.headers.get("Range", ""), "status": self.status,
                "sent": self.sent}) + "\n")

    def start(self, status, headers):
        self.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def refuse(self, step):
        if step.get("no_answer"):
            self.close_connection = True
            return
        body = b"not the file"
        self.start(step["status"], {**step.get("headers", {}), "Content-Length": str(len(body))})
        self.wfile.write(body)

    def answer(self, step):
        data = pathlib.Path(step["file"]).read_bytes()
        headers = dict(step.get("headers", {}))
        status, first = 200, 0
        wanted = self.headers.get("Range")
        if wanted and not step.get("ignore_range"):
            first = step.get("range_start", int(wanted.removeprefix("bytes=").rstrip("-")))
            if first >= len(data):
                self.start(416, {"Content-Range": f"bytes */{len(data)}", "Content-Length": "0"})
                return
            status = 206
            headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        body = data[first:]
        if step.get("chunked"):
            headers["Transfer-Encoding"] = "chunked"
        elif step.get("length") != 0:
            headers["Content-Length"] = str(step.get("length", len(body)))
        self.start(status, headers)
        self.send_body(body, step)

    def send_body(self, body, step):
        for limit in ("drop_after", "stall_after"):
            if limit in step:
                body = body[: step[limit]]
        for at in range(0, len(body), 4096):
            piece = body[at : at + 4096]
            if step.get("chunked"):
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            else:
                self.wfile.write(piece)
            self.wfile.flush()
            self.sent += len(piece)
            time.sleep(step.get("chunk_delay", 0))
        if step.get("chunked") and "drop_after" not in step:
            self.wfile.write(b"0\r\n\r\n")
        if "stall_after" in step:
            self.connection.settimeout(60)
            self.connection.recv(1)  # until the client closes
        if {"drop_after", "stall_after", "length"} & set(step):
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients go away as they like


server = Server(("127.0.0.1", 0), Handler)
if "certificate" in spec:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(spec["certificate"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
