// Passkeys: reads the request options from a JSON block, answers through the form. Only on pages that need it.
const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const options = document.getElementById("passkey-options");
const form = document.querySelector("form[data-passkey]");
async function run(kind) {
  const data = JSON.parse(options.textContent).publicKey;
  data.challenge = decode(data.challenge);
  if (data.user) data.user.id = decode(data.user.id);
  for (const list of [data.excludeCredentials, data.allowCredentials]) (list || []).forEach((one) => { one.id = decode(one.id); });
  const found = kind === "create" ? await navigator.credentials.create({ publicKey: data }) : await navigator.credentials.get({ publicKey: data });
  const response = { clientDataJSON: encode(found.response.clientDataJSON) };
  if (found.response.attestationObject) response.attestationObject = encode(found.response.attestationObject);
  if (found.response.authenticatorData) { response.authenticatorData = encode(found.response.authenticatorData); response.signature = encode(found.response.signature); response.userHandle = found.response.userHandle ? encode(found.response.userHandle) : null; }
  form.querySelector("[name=credential]").value = JSON.stringify({ id: found.id, rawId: encode(found.rawId), type: found.type, clientExtensionResults: found.getClientExtensionResults(), authenticatorAttachment: found.authenticatorAttachment, response });
  form.submit();
}
if (form && options) document.querySelectorAll("[data-passkey-start]").forEach((button) => button.addEventListener("click", (event) => { event.preventDefault(); run(form.dataset.passkey).catch(() => { const words = document.querySelector("[data-passkey-failed]"); if (words) words.hidden = false; }); }));
