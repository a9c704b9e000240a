import { count } from './format.js';

const patience = 10e3; // ms

// sendFrom sends the event of a form when it is submitted, and shows the reply or the error.
export function sendFrom(form, output) {
  let sending = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    say(output, 'Sending', false);
    try {
      say(output, await send(form.elements), false);
    } catch (error) {
      say(output, error.message, true);
    }
    sending = false;
  });
}

async function send({ key, id, data }) {
  const text = data.value.trim();
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`Not sent, the data is not JSON: ${error.message}`, { cause: error });
  }
  const members = [`"key":${JSON.stringify(key.value)}`];
  if (id.value !== '') members.push(`"id":${JSON.stringify(id.value)}`);
  members.push(`"data":${text.replace(/[\r\n]+/g, ' ')}`); // as it is, for numbers with many digits, but on one line
  let response;
  try {
    response = await fetch('events', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: `{${members.join()}}`,
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new Error(`No reply, so it may be in the log or not: ${error.message}`, { cause: error });
  }
  return replyOf(response);
}

async function replyOf(response) {
  const text = await response.text();
  let reply = {};
  try {
    reply = JSON.parse(text) ?? {};
  } catch { /* it is from something between the service and this page */ }
  if (Number.isInteger(reply.seq)) {
    return `Durable at sequence ${count(reply.seq)}${reply.duplicate ? ', and was so before: the id is known' : ''}.`;
  }
  throw new Error(`Refused with status ${response.status}: ${reply.error ?? (text.trim() || response.statusText)}`);
}

function say(output, text, bad) {
  output.textContent = text;
  output.classList.toggle('bad', bad);
}
