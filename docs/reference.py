#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes docs/elements.md from the elements as they register and behave.

reference.py --write|--check PAGE MODULES MOCK ERROR_HEADER SOURCE.c...

MODULES are our plugin modules and coreelements', separated by colons; MOCK is visioncraft-mock, which
the source runs against, so that messages and tags are those it sends. --check fails where the page
says something else.
"""

import difflib
import os
import re
import subprocess
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

TYPES = {
    "gchararray": "string", "gboolean": "boolean", "gint": "integer", "guint": "unsigned integer",
    "gint64": "64-bit integer", "guint64": "64-bit unsigned integer", "gdouble": "double",
    "GstStructure": "structure", "GstValueArray": "array of strings", "GstProgressType": "type",
}
# Larger maxima say nothing.
UNBOUNDED = 2**31 - 1
MUTABILITY = [(1 << 12, "can be set in every state"), (1 << 11, "can be set up to PAUSED"),
              (1 << 10, "can be set in NULL and READY")]


def fail(text):
    sys.exit(f"reference.py: {text}")


def type_words(gtype):
    return TYPES.get(gtype.name, "enumeration" if gtype.is_a(GObject.GEnum) else gtype.name)


# --- What the sources say ---

def to_markdown(text):
    """gtk-doc's #Type:property and |[ launch lines ]| as Markdown."""
    text = re.sub(r"#[A-Za-z]+:([a-z-]+)", r"`\1`", text)
    text = re.sub(r"#([A-Z][A-Za-z]+)", r"`\1`", text)
    text = text.replace("|[\n", "```sh\n")
    text = re.sub(r"\]\| *", "```\n\n", text)
    # The element's own heading is above.
    return re.sub(r"^##", "###", text, flags=re.M).strip()


def read_comments(paths):
    """The gtk-doc comments of C files: name to (Markdown, since)."""
    comments = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for raw in re.findall(r"/\*\*\n(.*?)\*/", source, flags=re.S):
            lines = [re.sub(r"^\s*\* ?", "", line) for line in raw.split("\n")]
            name = lines.pop(0).rstrip(":")
            since = [line[7:] for line in lines if line.startswith("Since: ")]
            text = [line for line in lines if not line.startswith(("@", "Since: "))]
            comments[name] = (to_markdown("\n".join(text)), since[0] if since else None)
    return comments


def comment(comments, name):
    text, since = comments.get(name, (None, None))
    if not text or not since:
        fail(f"{name} has no gtk-doc comment, or none with \"Since:\"")
    return text, since


def read_causes(header):
    """The members of VcErrorCode with their comments, in order."""
    with open(header, encoding="utf-8") as file:
        enum = re.search(r"VC_ERROR_\w+,.*?}", file.read(), flags=re.S).group()
    causes = re.findall(r"(VC_ERROR_\w+),\s*/\*\s*(.*?)\s*\*/", enum, flags=re.S)
    if len(causes) != enum.count("VC_ERROR_"):
        fail(f"{header}: not every member of VcErrorCode has a comment")
    return [(name, " ".join(text.split())) for name, text in causes]


def read_errors(paths):
    """The element's table of errors: VcErrorCode to (GStreamer's code, advice)."""
    errors = {}
    row = re.compile(r"\[(VC_ERROR_\w+)\]\s*=\s*\{(.*?)\}", re.S)
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for name, body in row.findall(file.read()):
                domain, code = re.search(r"(RESOURCE|STREAM)\s*\(\s*(\w+)\s*\)", body).groups()
                advice = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body))
                errors[name] = (f"{domain}_ERROR_{code}", advice)
    return errors


# --- What every element tells ---

def enum_default(spec):
    """A new element's value: what a spec says of an enumeration, each PyGObject says otherwise."""
    return GObject.new(spec.owner_type).get_property(spec.name)


def range_of(spec):
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        values = type(enum_default(spec)).__enum_values__.values()
        return ": " + ", ".join(f"`{value.value_nick}`" for value in values)
    if not hasattr(spec, "minimum") or not isinstance(spec.minimum, (int, float)):
        return ""
    if isinstance(spec.minimum, float):
        return f", {spec.minimum:g} to {spec.maximum:g}"
    if spec.maximum >= UNBOUNDED:
        return f", from {spec.minimum}"
    return f", {spec.minimum} to {spec.maximum}"


def default_of(spec):
    value = getattr(spec, "default_value", None)
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return f"`{enum_default(spec).value_nick}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (str, float)):
        return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
    if isinstance(value, int):
        return str(int(value))
    return "unset"


def property_text(comments, spec):
    text, since = comment(comments, f"{spec.owner_type.name}:{spec.name}")
    flags = int(spec.flags)
    ours = spec.value_type.name.startswith(("GstVisioncraft", "GstAnimGif"))
    if ours and not Gst.type_is_plugin_api(spec.value_type)[0]:
        fail(f"{spec.value_type.name} is not marked as plugin API")
    facts = type_words(spec.value_type) + range_of(spec)
    if flags & GObject.ParamFlags.WRITABLE:
        facts += f"; default {default_of(spec)}"
        words = [words for flag, words in MUTABILITY if flags & flag]
        if not words:
            fail(f"{spec.name} does not say when it can be set")
        facts += f"; {words[0]}"
    else:
        facts += "; read-only"
    if not flags & GObject.ParamFlags.READABLE:
        facts += "; cannot be read"
    return f"#### `{spec.name}`\n\n{facts}; since {since}\n\n{text}\n\n"


def element_text(comments, name):
    factory = Gst.ElementFactory.find(name) or fail(f"{name} is not registered")
    element = factory.create(None)
    gtype = type(element).__gtype__
    text, since = comment(comments, f"SECTION:element-{name}")
    page = (f"## {name}\n\n*{factory.get_metadata('description')}.* "
            f"Class `{factory.get_metadata('klass')}`, rank {factory.get_rank()}, "
            f"since {since}.\n\n{text}\n\n### Type and interfaces\n\n")
    parent, chain = gtype, []
    while parent.name != "GstElement":
        chain.append(f"`{parent.name}` ← ")
        parent = GObject.type_parent(parent)
    page += "".join(chain) + "`GstElement`"
    page += "".join(f"; implements `{i.name}`" for i in GObject.type_interfaces(gtype))
    page += "\n\n### Pads\n\n"
    for pad in factory.get_static_pad_templates():
        direction = "source" if pad.direction == Gst.PadDirection.SRC else "sink"
        there = "always there" if pad.presence == Gst.PadPresence.ALWAYS else "not always there"
        page += (f"- `{pad.name_template}`: {direction}, {there}\n\n"
                 f"  ```\n  {pad.static_caps.get().to_string()}\n  ```\n\n")
    page += "### Properties\n\n"
    for spec in GObject.list_properties(element):
        if spec.owner_type == gtype:
            page += property_text(comments, spec)
    return page


def fields_of(structures):
    """All fields that the structures have, with their types."""
    fields = {}
    for structure in structures:
        for i in range(structure.n_fields()):
            name = structure.nth_field_name(i)
            fields.setdefault(name, type_words(structure.get_field_type(name)))
    return ", ".join(f"`{name}` ({words})" for name, words in fields.items())


def structure_of(event):
    found = event.get_structure()
    if isinstance(found, Gst.Structure):
        return found
    with found as lent:  # by GStreamer 1.26
        return lent.copy()


# --- What visioncraftgifsrc does ---

class Run:
    """The messages and sticky events of one run against the mock."""

    def __init__(self, url, prompt, **properties):
        pipeline = Gst.Pipeline.new(None)
        source = Gst.ElementFactory.make("visioncraftgifsrc")
        sink = Gst.ElementFactory.make("fakesink")
        source.props.api_url, source.props.token, source.props.prompt = url, "reference-key", prompt
        for name, value in properties.items():
            source.set_property(name.replace("_", "-"), value)
        pipeline.add(source)
        pipeline.add(sink)
        source.link(sink)
        self.structures, self.tags, self.headers, self.details = {}, None, None, []
        pipeline.set_state(Gst.State.PLAYING)
        wanted = (Gst.MessageType.ELEMENT | Gst.MessageType.PROGRESS | Gst.MessageType.ERROR
                  | Gst.MessageType.EOS)
        while True:
            message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, wanted)
            if message is None:
                fail(f"the run for \"{prompt}\" does not end")
            structure = message.get_structure()
            if message.type == Gst.MessageType.ERROR:
                self.details.append(message.parse_error_details())
                break
            if message.type == Gst.MessageType.EOS:
                break
            self.structures.setdefault(structure.get_name(), []).append(structure)
        pad = source.get_static_pad("src")
        if (event := pad.get_sticky_event(Gst.EventType.TAG, 0)) is not None:
            self.tags = event.parse_tag()
        if (event := pad.get_sticky_event(Gst.EventType.CUSTOM_DOWNSTREAM_STICKY, 0)) is not None:
            self.headers = structure_of(event)
        self.stats = source.get_property("stats")
        pipeline.set_state(Gst.State.NULL)


def uris_text():
    element = Gst.ElementFactory.make("visioncraftgifsrc")
    keys = []
    for spec in GObject.list_properties(element):
        extra = "" if spec.name == "prompt" else f"&{spec.name}=1"
        try:
            element.set_uri("visioncraft://generate-gif?prompt=1" + extra)
        except gi.repository.GLib.Error:
            continue
        keys.append(f"[`{spec.name}`](#{spec.name})")
    element = Gst.ElementFactory.make("visioncraftgifsrc")
    element.props.prompt = "a fox, 100% real"
    return f"""### URIs

A URI is a whole request: what it does not name gets its default. Where the request goes and who pays are properties; a secret in a URI is refused.

```
visioncraft://generate-gif?KEY=VALUE&…
{element.get_uri()}
```

Keys: {", ".join(keys)}, each at most once, with `_` for `-` if you like. Values are UTF-8, percent-encoded (`%20` is a space, `%26` an `&`, `%23` a `#`, `%25` a `%`); `+` stays a plus. Anything else is `GST_URI_ERROR_BAD_URI` and names the key; above READY it is `GST_URI_ERROR_BAD_STATE`.

"""


def messages_text(run):
    headers = run.structures["http-headers"][0]
    return f"""### Messages

`GST_MESSAGE_PROGRESS` tells how far a run is. After START comes exactly one of COMPLETE, ERROR and CANCELED.

| type | code | when |
|---|---|---|
| start | `generate` | the run begins |
| continue | `generate` | about once a second during the generation |
| continue | `download` | when the download begins, then about once a second |
| complete | `generate` | the GIF is there |
| error | `generate` | after the error message |
| canceled | `generate` | the element was stopped, or sent EOS, before that |

Fields: {fields_of(run.structures["GstMessageProgress"])}.

Element messages:

- `visioncraft-reply`, when the service has generated and says where the GIF is: {fields_of(run.structures["visioncraft-reply"])}.
- `visioncraft-generated`, when the GIF is there: {fields_of(run.structures["visioncraft-generated"])}.
- `{headers.get_name()}`, when the download begins, and as a sticky event ahead of the first bytes: {fields_of([headers, run.headers])}. `uri` is left out where the service's reply was the GIF itself.

The [`stats`](#stats) property is a structure `{run.stats.get_name()}`: {fields_of([run.stats])}.

"""


def errors_text(error_header, sources, failures):
    errors = read_errors(sources)
    page = """### Errors

A run that fails posts exactly one error message.

| cause | error | what its text advises |
|---|---|---|
"""
    for name, cause in read_causes(error_header):
        code, advice = errors.get(name) or fail(f"{name} is in no table of errors")
        page += f"| {cause} | `{code}` | {advice} |\n"
    details = fields_of([d for run in failures for d in run.details])
    return page + ("\nIts details (`gst_message_parse_error_details()`), as far as known: "
                   f"{details}.\n\n")


def tags_text(run, long_run):
    title = long_run.tags.get_string("title")[1]
    page = f"""### Tags

Sent ahead of the first bytes unless `send-tags` is off; of a prompt of more than {len(title)} characters, the title has the beginning.

| tag | for example |
|---|---|
"""
    for i in range(run.tags.n_tags()):
        tag = run.tags.nth_tag_name(i)
        example = "now"
        if Gst.tag_get_type(tag) == GObject.TYPE_STRING:
            example = run.tags.get_string(tag)[1]
        if tag == "location":
            example = "the GIF's address, with `tag-location` only"
        page += f"| `{tag}` | {example} |\n"
    return page + "\n"


def source_text(mock, error_header, sources):
    with subprocess.Popen([mock, "--size", "32x24", "--frames", "2"], stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            url = process.stdout.readline().split()[2]
            run = Run(url, "a fox", negative_prompt="blur", tag_location=True)
            long_run = Run(url, "x" * 1000)
            failures = [Run(url, "fault:status status=429 retry-after=1000", retries=0),
                        Run(url, "fault:gone")]
        finally:
            process.terminate()
    return (uris_text() + messages_text(run) + errors_text(error_header, sources, failures)
            + tags_text(run, long_run) + CONTEXT)


CONTEXT = """### Context

Elements of one process share a network thread and its connections. An application that wants its own `SoupSession` (libsoup 3) to be used hands it in, with `gst_element_set_context()` on the element or a bin around it, or in answer to the `GST_MESSAGE_NEED_CONTEXT` that each run begins with:

```c
GstContext *context = gst_context_new ("gst.visioncraft.session", TRUE);
gst_structure_set (gst_context_writable_structure (context),
    "session", SOUP_TYPE_SESSION, session, NULL);
gst_element_set_context (pipeline, context);
```

It serves from the next run on. The requests are sent on the network thread, and the session's own time limits, proxies and certificates apply. The element's own session is published nowhere.

"""


def debug_categories_text():
    page = """## Debug categories

For `GST_DEBUG`; `visioncraft*:5` tells the story of a run in about twenty lines.

| category | tells about |
|---|---|
"""
    for category in sorted(Gst.debug_get_all_categories(), key=lambda c: c.get_name()):
        if category.get_name().startswith(("visioncraft", "animgif")):
            page += f"| `{category.get_name()}` | {category.get_description()} |\n"
    return page


def main(mode, path, modules, mock, error_header, *sources):
    # Only what is named: never the user's registry, desktop or proxy.
    os.environ.update(GST_REGISTRY_DISABLE="yes", GIO_USE_PROXY_RESOLVER="dummy",
                      GSETTINGS_BACKEND="memory")
    Gst.init(None)
    for module in modules.split(":"):
        Gst.Plugin.load_file(module)
    comments = read_comments(sources)
    page = ("<!-- Written by `ninja -C build reference` from what the elements register and do; "
            "do not edit. -->\n# Elements\n\n- [visioncraftgifsrc](#visioncraftgifsrc)\n"
            "- [animgifdec](#animgifdec)\n- [Debug categories](#debug-categories)\n\n")
    page += element_text(comments, "visioncraftgifsrc") + source_text(mock, error_header, sources)
    page += element_text(comments, "animgifdec") + debug_categories_text()
    if mode == "--write":
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
        return 0
    with open(path, encoding="utf-8") as file:
        committed = file.read()
    if committed == page:
        return 0
    print(f"{path} is stale: run `ninja -C build reference`.", file=sys.stderr)
    sys.stderr.writelines(difflib.unified_diff(
        committed.splitlines(True), page.splitlines(True), "is", "should be", n=0))
    return 1


if __name__ == "__main__":
    if len(sys.argv) < 7 or sys.argv[1] not in ("--write", "--check"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
