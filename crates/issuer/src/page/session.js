// The credentials of the visitor. They last as long as the tab.

const TOKEN = "darkroom-token";
const OWNER = "darkroom-owner";
/** The owner of all uploads of a service that does not authenticate its callers. */
const OPEN_OWNER = "demo";

const needsToken = document.body.dataset.auth === "on";
const form = document.getElementById("sign-in");
const [token, ownerField] = [document.getElementById("token"), document.getElementById("owner")];

if (needsToken) {
  form.hidden = false;
  token.value = sessionStorage.getItem(TOKEN) ?? "";
  ownerField.value = sessionStorage.getItem(OWNER) ?? "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, token.value.trim());
    sessionStorage.setItem(OWNER, ownerField.value.trim());
    form.querySelector("button").textContent = "Signed in";
    form.addEventListener("input", () => (form.querySelector("button").textContent = "Sign in"), { once: true });
  });
}

/** Returns `true` if uploads may be requested. */
export function isSignedIn() {
  return !needsToken || Boolean(sessionStorage.getItem(TOKEN));
}

/** Returns the owner of new uploads, or `undefined` if the token determines it. */
export function owner() {
  return needsToken ? sessionStorage.getItem(OWNER) || undefined : OPEN_OWNER;
}

/** Returns the credentials as options of the client. */
export function credentials() {
  return needsToken ? { token: sessionStorage.getItem(TOKEN) ?? "" } : {};
}
