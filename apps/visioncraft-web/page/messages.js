// SPDX-License-Identifier: LGPL-2.1-or-later
// The texts of the page. The server names the kind of an error; its text is here.

const errors = {
  "missing": ["There is no prompt yet", "Write what the animation should show."],
  "too-long": ["That is too long", "Shorten the text and try again."],
  "out-of-range": ["A setting is out of range", "Move the slider and try again."],
  "no-sampler": ["This sampler is gone", "The service has another list now. Pick one of it."],
  "malformed": ["The request was not understood", "Reload the page and try again."],
  "forbidden": ["That is not allowed from here", "Open this page under its own address."],
  "unknown": ["The request has a member of unknown name", "Nothing was generated."],
  "share": ["You have many requests here already", "Try again when some of them are done."],
  "login": ["Please log in again", "Your session is over; nothing was generated."],
  "password": ["That is not the password", "Try again."],
  "tries": ["Too many tries", "There were many from your address."],
  "rate": ["Slow down a little", "There were many requests from your address."],
  "ending": ["This server is being restarted", "Try again in a minute."],
  "queue-full": ["Too many people are waiting", "The queue is full. Try again in a minute."],
  "parameter": ["The service refused a setting", "Change what it names and try again."],
  "setup": ["This server is not set up right", "Whoever runs it finds the reason in its log."],
  "key": ["The service did not accept this server's key", "Whoever runs this page has to look at the API key."],
  "plan": ["The account's plan does not cover this", "Whoever runs this page has to look at the plan."],
  "busy": ["The service is busy", "It has more requests than it can take."],
  "unreachable": ["The service cannot be reached", "It may be down, or this server's network is."],
  "interrupted": ["The connection to the service broke", "The answer did not arrive whole, or not in time."],
  "service": ["The service failed", "Something went wrong on its side."],
  "reply": ["The service said something odd", "Its answer was not an animation."],
  "not-a-gif": ["That was no animation", "The service sent a file that is not a GIF."],
  "too-large": ["The animation is too large", "It is larger than this server takes."],
  "damaged": ["The animation is damaged", "The file that came cannot be shown."],
  "deadline": ["That took too long", "It was stopped after ten minutes."],
  "gone": ["This animation is gone", "Only the latest ones are kept. Generate it again."],
  "canceled": ["Canceled", "Nothing was saved."],
  "offline": ["This page lost its server", "It may have been stopped. Try again when it runs."],
  "internal": ["Something broke here", "Whoever runs this page finds the reason in its log."],
};

const fields = {
  prompt: "Prompt",
  negative_prompt: "Negative prompt",
  sampler: "Sampler",
  cfg_scale: "Guidance",
  steps: "Steps",
};

// [title, text, the text that the service sent or ""]
export function errorText(error) {
  const [title, text] = errors[error.kind] ?? errors.internal;
  const about = error.field in fields ? `${fields[error.field]}: ` : "";
  const wait = error.retry_after ? ` Try again in ${seconds(error.retry_after)}.` : "";
  return [title, about + text + wait, error.detail ?? ""];
}

export function seconds(s) {
  if (s < 90)
    return s === 1 ? "a second" : `${Math.round(s)} seconds`;
  return s < 5400 ? `${Math.round(s / 60)} minutes` : `${Math.round(s / 3600)} hours`;
}

export function bytes(n) {
  if (n < 1000)
    return `${n} B`;
  return n < 1e6 ? `${Math.round(n / 1e3)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

export function facts(job) {
  const parts = job.width ? [`${job.width} × ${job.height}`] : [];
  if (job.duration_ms !== undefined)
    parts.push(`${(job.duration_ms / 1000).toFixed(2)} s`);
  parts.push(bytes(job.gif_bytes));
  if (job.seconds > 0)
    parts.push(`made in ${job.seconds.toFixed(1)} s`);
  return parts.join(" · ");
}

// [lead, hint] for a job that is under way.
export function working(job) {
  switch (job.state) {
    case "sending":
      return ["Sending…", ""];
    case "queued":
      return [
        job.before === 0 ? "You are next" :
          job.before === 1 ? "One request is before you" : `${job.before} requests are before you`,
        "The queue moves as soon as an animation is done.",
      ];
    case "downloading":
      return ["Downloading…",
        job.total ? `${bytes(job.bytes)} of ${bytes(job.total)}` : ""];
    case "streaming":
      return ["Encoding…", ""];
    default:
      return ["Generating…", "This takes the service between 10 seconds and 2 minutes."];
  }
}

export const ideas = [
  ["Fox in snow", "A fox trotting through fresh snow, soft morning light"],
  ["Neon rain", "Neon signs reflected in a rainy street at night, slow camera drift"],
  ["Paper boat", "A paper boat sailing across a sea of folded maps, watercolour"],
];
