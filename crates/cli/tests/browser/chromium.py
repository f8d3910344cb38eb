"""A headless Chromium, driven by the Chrome DevTools Protocol."""

import base64
import json
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path

from websockets.sync.client import connect

DEADLINE = 60


class Failure(AssertionError):
    """Something that a page must not do, or did not do in time."""


class Chromium:
    """A browser process with a profile of its own."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(prefix="darkroom-browser-", ignore_cleanup_errors=True)
        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--remote-debugging-port=0", f"--user-data-dir={self.profile.name}", "about:blank",
        ]
        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = None
        try:
            self.connect()
        except Exception:
            self.close()
            raise
        self.last_id = 0
        self.responses = {}
        self.events = {}

    def connect(self):
        port_file = Path(self.profile.name, "DevToolsActivePort")
        until("Chromium", lambda: port_file.exists() and len(port_file.read_text().splitlines()) == 2)
        port, path = port_file.read_text().splitlines()
        self.socket = connect(f"ws://127.0.0.1:{port}{path}", max_size=None)

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.profile.cleanup()

    def send(self, method, session=None, **parameters):
        """Sends a command and returns its result."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        deadline = time.monotonic() + DEADLINE
        while self.last_id not in self.responses:
            self.receive(max(0.01, deadline - time.monotonic()))
            if time.monotonic() > deadline:
                raise Failure(f"no response to {method}")
        response = self.responses.pop(self.last_id)
        if "error" in response:
            raise Failure(f"{method}: {response['error']}")
        return response["result"]

    def receive(self, timeout):
        """Takes one message from the socket, if one arrives in time."""
        try:
            message = json.loads(self.socket.recv(timeout=timeout))
        except TimeoutError:
            return
        if "id" in message:
            self.responses[message["id"]] = message
        elif message.get("sessionId") in self.events:
            self.events[message["sessionId"]].append((message["method"], message["params"]))

    def page(self, **options):
        """Opens an empty page with storage of its own."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.events[session] = deque()
        return Page(self, session, context, **options)


class Page:
    """A page, and everything that it has requested and logged."""

    def __init__(self, browser, session, context, width=1200, height=900, scale=1, touch=False, media=()):
        self.browser, self.session, self.context = browser, session, context
        self.requests, self.problems = [], []
        self.expected_problems = []
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.send(f"{domain}.enable")
        self.resize(width, height, scale, touch)
        features = [{"name": name, "value": value} for name, value in media]
        self.send("Emulation.setEmulatedMedia", features=features)

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def resize(self, width, height, scale=1, touch=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch)
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)

    def open(self, url):
        self.send("Page.navigate", url=url)
        self.until("the page to load", "document.readyState === 'complete' && location.href !== 'about:blank'")

    def reload(self):
        self.run("window.isOld = true")
        self.send("Page.reload")
        self.until("the page to load again", "!window.isOld && document.readyState === 'complete'")

    def run(self, script):
        """Returns the value of an expression, or of its promise."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failure(f"{script}: {details.get('exception', {}).get('description', details['text'])}")
        return result["result"].get("value")

    def until(self, what, script, deadline=DEADLINE):
        """Waits until an expression is true."""
        until(what, lambda: self.check(script), deadline, lambda: self.run("document.body.innerText"))

    def check(self, script):
        # An expression that fails while the page is loading is not true yet.
        try:
            return self.run(f"Boolean({script})")
        except Failure:
            return False

    def files(self, selector, *paths):
        """Chooses files in a file input."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def drop(self, selector, *paths):
        """Drags files from the desktop to an element."""
        x, y = self.center(selector)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.send("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def center(self, selector):
        script = f"""(() => {{ const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{block: 'center'}}); const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()"""
        return self.run(script)

    def click(self, selector):
        x, y = self.center(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def drag(self, start, end):
        self.send("Input.dispatchMouseEvent", type="mousePressed", x=start[0], y=start[1], button="left", clickCount=1)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=end[0], y=end[1], button="left", buttons=1)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=end[0], y=end[1], button="left", clickCount=1)

    def swipe(self, *fingers):
        """Moves each finger from its first point to its second."""
        touch = lambda kind, points: self.send("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        point = lambda at, finger: {"x": at[0], "y": at[1], "id": finger}
        touch("touchStart", [point(start, finger) for finger, (start, _) in enumerate(fingers)])
        touch("touchMove", [point(end, finger) for finger, (_, end) in enumerate(fingers)])
        touch("touchEnd", [])

    def key(self, name, code=None, text=None, modifiers=0):
        """Presses and releases a key."""
        numbers = {"Tab": 9, "Enter": 13, "End": 35, "ArrowRight": 39}
        texts = {"Enter": "\r", " ": " "}
        common = {"key": name, "code": code or name, "windowsVirtualKeyCode": numbers.get(name, 0), "modifiers": modifiers}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text or texts.get(name, ""), **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def offline(self, is_offline):
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.send("Network.emulateNetworkConditions", offline=is_offline, **speed)

    def slow_uploads(self, bytes_per_second):
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
        self.send("Network.emulateNetworkConditions", offline=False, **speed)

    def screenshot(self, path, full=True):
        image = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        Path(path).write_bytes(base64.b64decode(image["data"]))

    def axe(self, source):
        """Returns a line for each violation that axe-core finds."""
        self.run(source)
        report = self.run("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in report["violations"] for node in violation["nodes"]
        ]

    def drain(self):
        """Sorts the events that have arrived into requests and problems."""
        self.run("0")
        events = self.browser.events[self.session]
        while events:
            method, event = events.popleft()
            if method == "Network.requestWillBeSent":
                self.requests.append(event["request"]["url"])
            elif method == "Runtime.exceptionThrown":
                details = event["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description", details["text"]))
            elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
                self.problems.append(f"{event['entry']['text']} {event['entry'].get('url', '')}")
            elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
                self.problems.append(str(event["args"]))

    def assert_clean(self, origins):
        """Checks that nothing was logged as a problem, and that all requests went to these origins."""
        self.drain()
        is_expected = lambda problem: any(text in problem for text in self.expected_problems)
        problems = [problem for problem in self.problems if not is_expected(problem)]
        if problems:
            raise Failure("the console is not empty:\n" + "\n".join(problems))
        allowed = (*origins, "blob:", "data:", "about:")
        external = [url for url in self.requests if not url.startswith(allowed)]
        if external:
            raise Failure("external requests:\n" + "\n".join(external))

    def close(self):
        self.browser.send("Target.disposeBrowserContext", browserContextId=self.context)


def until(what, condition, deadline=DEADLINE, describe=lambda: ""):
    """Polls until a condition is true."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"waited {deadline} s for {what}\n{describe()}")
        time.sleep(0.03)
