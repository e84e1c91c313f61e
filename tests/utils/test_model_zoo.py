import hashlib
import http.server
import io
import os
import sys
import threading
import urllib.error

import pytest

import torchlike as torch
from torchlike.utils import model_zoo

FILE = io.BytesIO()
torch.save({"w": torch.arange(0, 1000)}, FILE)
CONTENT = FILE.getvalue()
DIGITS = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; the server's `broken` says how many answers break off."""

    def do_GET(self):
        self.server.requests.append(self.path)
        if "missing" in self.path:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        end = len(CONTENT)
        if self.server.broken:
            self.server.broken -= 1
            end //= 2
        self.wfile.write(CONTENT[:end])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.broken, server.requests = 0, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("digits", [DIGITS[:8], DIGITS])
def test_downloads_once_and_checks_the_hash(digits, server, tmp_path):
    url = f"{server.url}/models/net-{digits}.pth?version=1"
    for _ in range(2):
        r = model_zoo.load_url(url, tmp_path / "a" / "b")
        assert r["w"].equal(torch.arange(0, 1000))
    assert len(server.requests) == 1
    assert os.listdir(tmp_path / "a" / "b") == [f"net-{digits}.pth"]
    assert (tmp_path / "a" / "b" / f"net-{digits}.pth").read_bytes() == CONTENT


def test_wrong_hash(server, tmp_path):
    with pytest.raises(RuntimeError, match=f'expected "00000000", got "{DIGITS}"'):
        model_zoo.load_url(f"{server.url}/net-00000000.pth", tmp_path)
    assert os.listdir(tmp_path) == []


def test_no_hash_in_the_name(server, tmp_path):
    assert "w" in model_zoo.load_url(f"{server.url}/net.pth", tmp_path)


def test_broken_downloads_begin_again(server, tmp_path, capsys):
    server.broken = 2
    model_zoo.load_url(f"{server.url}/net-{DIGITS[:8]}.pth", tmp_path)
    assert len(server.requests) == 3
    assert capsys.readouterr().err.count("beginning again") == 2
    server.broken = 3
    with pytest.raises(OSError, match=f"got {len(CONTENT) // 2} of {len(CONTENT)}"):
        model_zoo.load_url(f"{server.url}/other.pth", tmp_path)
    assert os.listdir(tmp_path) == [f"net-{DIGITS[:8]}.pth"]


def test_missing_files_and_servers(server, tmp_path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        model_zoo.load_url(f"{server.url}/missing.pth", tmp_path)
    assert len(server.requests) == 1
    with pytest.raises(ValueError, match="has no file name"):
        model_zoo.load_url(server.url + "/", tmp_path)
    with pytest.raises(OSError):
        model_zoo.load_url("http://127.0.0.1:9/net.pth", tmp_path)
    assert os.listdir(tmp_path) == []


def test_default_folder(server, tmp_path, monkeypatch):
    url = f"{server.url}/net.pth"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    monkeypatch.delenv("TORCH_MODEL_ZOO", raising=False)
    model_zoo.load_url(url)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    model_zoo.load_url(url)
    monkeypatch.setenv("TORCH_MODEL_ZOO", str(tmp_path / "zoo"))
    model_zoo.load_url(url)
    for folder in ("home/.torch/models", "torch/models", "zoo"):
        assert os.listdir(tmp_path / folder) == ["net.pth"]


def test_map_location(server, tmp_path):
    seen = []
    model_zoo.load_url(
        f"{server.url}/net.pth", tmp_path, lambda s, location: seen.append(location)
    )
    assert seen == ["cpu"]


def test_plain_progress_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with model_zoo._PlainBar(200) as bar:
        bar.update(100)
        bar.update(100)
    with model_zoo._PlainBar(None) as bar:
        bar.update(3 << 20)
    assert capsys.readouterr().err == "\r 50 %\r100 %\n\r3 MiB\n"
