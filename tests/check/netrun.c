/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netrun.h"

#include <string.h>

#include <gst/check/gstcheck.h>

/* --- Settings --- */

MockServer *
net_server_new (const char *fault, GTlsCertificate *certificate)
{
  const MockOptions options = { .width = 64,
    .height = 48,
    .n_frames = 8,
    .fault = fault,
    .certificate = certificate };
  g_autoptr (GError) error = NULL;
  MockServer *server = mock_server_new (&options, &error);

  fail_unless (
      server != NULL, "no server: %s", error != NULL ? error->message : "");
  return server;
}

MockCert *
net_cert_new (MockCertKind kind)
{
  g_autoptr (GError) error = NULL;
  MockCert *cert = mock_cert_new (kind, &error);

  fail_unless (
      cert != NULL, "no certificate: %s", error != NULL ? error->message : "");
  return cert;
}

void
net_set (GstElement *element, const char *settings)
{
  g_auto (GStrv) words = g_strsplit (settings != NULL ? settings : "", " ", -1);

  for (char **word = words; *word != NULL; word++) {
    char *value = strchr (*word, '=');

    if (value == NULL)
      continue;
    *value = '\0';
    fail_unless (
        g_object_class_find_property (G_OBJECT_GET_CLASS (element), *word)
            != NULL,
        "no property %s", *word);
    gst_util_set_object_arg (G_OBJECT (element), *word, value + 1);
  }
}

/* --- The witness --- */

struct _NetWitness
{
  GstHarness *h; /* borrowed */
  GMutex lock;
  GString *seen; /* lock; NULL: not looking */
  char *garbled; /* lock: the first text that is no line of plain text */
};

/* There is one at a time, and it stays: a thread may still be in on_log() when
 * it is taken away. */
static NetWitness the_witness;

static void
note (NetWitness *witness, char *text)
{
  g_mutex_lock (&witness->lock);
  if (witness->seen != NULL) {
    g_string_append (witness->seen, text);
    g_string_append_c (witness->seen, '\n');
  }
  g_mutex_unlock (&witness->lock);
  g_free (text);
}

/* Whether @text, in which newlines may stand with @lines, can be shown. */
static gboolean
can_be_shown (const char *text, gboolean lines)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    GUnicodeType type = g_unichar_type (c);

    /* Bidi controls are of Unicode's format class, as joiners are. */
    if ((type == G_UNICODE_CONTROL && !(lines && c == '\n'))
        || type == G_UNICODE_LINE_SEPARATOR
        || type == G_UNICODE_PARAGRAPH_SEPARATOR
        || (type == G_UNICODE_FORMAT && c != 0x200c && c != 0x200d))
      return FALSE;
  }
  return TRUE;
}

static void
look_at (NetWitness *witness, const char *text, gboolean lines)
{
  g_mutex_lock (&witness->lock);
  if (witness->seen != NULL && text != NULL && witness->garbled == NULL
      && !can_be_shown (text, lines))
    witness->garbled = g_strescape (text, NULL);
  g_mutex_unlock (&witness->lock);
}

/* Every string in @value, however deep. */
static void
look_at_value (NetWitness *witness, const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value)) {
    look_at (witness, g_value_get_string (value), FALSE);
  } else if (GST_VALUE_HOLDS_ARRAY (value)) {
    for (guint i = 0; i < gst_value_array_get_size (value); i++)
      look_at_value (witness, gst_value_array_get_value (value, i));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (guint i = 0; i < gst_value_list_get_size (value); i++)
      look_at_value (witness, gst_value_list_get_value (value, i));
  } else if (GST_VALUE_HOLDS_STRUCTURE (value)
      || G_VALUE_HOLDS (value, GST_TYPE_TAG_LIST)) {
    g_autofree char *text = g_strdup_value_contents (value);

    look_at (witness, text, FALSE);
  }
}

static gboolean
look_at_field (GQuark name, const GValue *value, gpointer witness)
{
  if (GST_VALUE_HOLDS_STRUCTURE (value))
    gst_structure_foreach (
        gst_value_get_structure (value), look_at_field, witness);
  else
    look_at_value (witness, value);
  return TRUE;
}

static void
look_at_tag (const GstTagList *tags, const char *name, gpointer witness)
{
  for (guint i = 0; i < gst_tag_list_get_tag_size (tags, name); i++)
    look_at_value (witness, gst_tag_list_get_value_index (tags, name, i));
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (structure != NULL && GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    gst_structure_foreach (structure, look_at_field, data);
  note (data, gst_info_strdup_printf ("%" GST_PTR_FORMAT, (void *) message));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GError) error = NULL;
    char *debug = NULL;
    const GstStructure *details;

    gst_message_parse_error (message, &error, &debug);
    look_at (data, error->message, FALSE);
    look_at (data, debug, TRUE);
    note (data, g_strdup (error->message));
    note (data, debug);
    gst_message_parse_error_details (message, &details);
    gst_structure_foreach (details, look_at_field, data);
    note (data, gst_structure_to_string (details));
  }
  return GST_BUS_PASS;
}

static void
on_log (GstDebugCategory *category, GstDebugLevel level, const char *file,
    const char *function, int line, GObject *object, GstDebugMessage *message,
    gpointer data)
{
  /* Core writes down what it is given, the element's own logs are promised. */
  if (g_str_has_prefix (
          gst_debug_category_get_name (category), "visioncraft")) {
    look_at (data, gst_debug_message_get (message), FALSE);
    note (data, g_strdup (gst_debug_message_get (message)));
  }
}

NetWitness *
net_witness_new (GstHarness *h)
{
  static gboolean listening = FALSE;
  NetWitness *witness = &the_witness;
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);

  /* Left by a row that failed: the others are still to be run. */
  if (witness->seen != NULL)
    g_string_free (witness->seen, TRUE);
  g_clear_pointer (&witness->garbled, g_free);
  witness->h = h;
  witness->seen = g_string_new (NULL);
  /* Once and for all: GStreamer leaks its list where one is removed. */
  if (!listening) {
    listening = TRUE;
    gst_debug_set_active (TRUE);
    gst_debug_set_threshold_for_name ("visioncraft*", GST_LEVEL_MEMDUMP);
    gst_debug_add_log_function (on_log, witness, NULL);
  }
  gst_bus_set_sync_handler (bus, on_message, witness, NULL);
  return witness;
}

/* What can be asked of the element or waits in its harness. */
static void
note_what_is_left (NetWitness *witness)
{
  GstHarness *h = witness->h;
  g_autoptr (GstStructure) stats = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    GstTagList *tags;

    if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
      gst_event_parse_tag (event, &tags);
      gst_tag_list_foreach (tags, look_at_tag, witness);
    } else if (gst_event_get_structure (event) != NULL) {
      gst_structure_foreach (
          gst_event_get_structure (event), look_at_field, witness);
    }
    note (witness, gst_info_strdup_printf ("%" GST_PTR_FORMAT, (void *) event));
    gst_event_unref (event);
  }
  g_object_get (h->element, "stats", &stats, NULL);
  note (witness, gst_structure_to_string (stats));
}

void
net_witness_assert_unseen (NetWitness *witness, const char *secret)
{
  g_autofree char *seen = NULL;
  g_autofree char *garbled = NULL;

  note_what_is_left (witness);
  g_mutex_lock (&witness->lock);
  seen = g_strdup (witness->seen->str);
  garbled = g_strdup (witness->garbled);
  g_mutex_unlock (&witness->lock);
  fail_unless (seen[0] != '\0', "nothing was seen: the witness is blind");
  fail_unless (strstr (seen, secret) == NULL, "a secret came out in: %s", seen);
  fail_unless (garbled == NULL, "not to be shown: \"%s\"", garbled);
}

void
net_witness_free (NetWitness *witness)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (witness->h->element);

  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_mutex_lock (&witness->lock);
  g_string_free (witness->seen, TRUE);
  witness->seen = NULL;
  g_clear_pointer (&witness->garbled, g_free);
  g_mutex_unlock (&witness->lock);
}

/* --- Claims --- */

static guint
detail (const GstStructure *details, const char *name)
{
  guint value = 0;

  gst_structure_get_uint (details, name, &value);
  return value;
}

static void
assert_details (GstMessage *message, const NetRow *row)
{
  const GstStructure *details = NULL;
  const char *phase, *server_words;
  guint attempts = row->attempts;

  gst_message_parse_error_details (message, &details);
  fail_unless (details != NULL, "no details");
  phase = gst_structure_get_string (details, "phase");
  server_words = gst_structure_get_string (details, "server-message");

  if (attempts == 0)
    attempts = g_str_equal (row->phase, "download") ? row->gets : row->posts;
  fail_unless (g_strcmp0 (phase, row->phase) == 0, "phase %s instead of %s",
      phase, row->phase);
  fail_unless_equals_int (detail (details, "http-status-code"), row->status);
  fail_unless_equals_int (
      gst_structure_has_field (details, "http-status-code"), row->status != 0);
  fail_unless_equals_int (detail (details, "attempts"), attempts);
  fail_unless_equals_int (detail (details, "retry-after"), row->retry_after);
  fail_unless (
      row->gets == 0 || gst_structure_get_string (details, "location") != NULL,
      "no location");
  if (row->server_words != NULL)
    fail_unless (server_words != NULL
            && strstr (server_words, row->server_words) != NULL,
        "the server's words are %s", server_words);
  if (server_words != NULL) {
    fail_unless (strlen (server_words) <= 512);
    fail_unless (g_utf8_validate (server_words, -1, NULL));
  }
}

/* What was paid can be found: the address is not lost. */
static void
assert_download_is_named (const char *text, GstMessage *message)
{
  const GstStructure *details = NULL;
  const char *host, *location, *authority;

  gst_message_parse_error_details (message, &details);
  host = gst_structure_get_string (details, "host");
  location = gst_structure_get_string (details, "location");
  fail_unless (host == NULL || location != NULL, "no location");
  authority = location != NULL ? strstr (location, "://") : NULL;
  if (authority == NULL || authority[strlen ("://")] == '/')
    return;
  fail_unless (host != NULL, "no host of %s", location);
  fail_unless (strstr (location, host) != NULL, "%s: %s", location, host);
  fail_unless (strstr (text, "ownload") != NULL, "no download in: %s", text);
}

static void
assert_ends_with_error (GstMessage *message, const NetRow *row)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  GQuark domain =
      row->end == NET_STREAM ? GST_STREAM_ERROR : GST_RESOURCE_ERROR;

  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR,
      "no error but the GIF came");
  gst_message_parse_error (message, &error, &debug);
  fail_unless ((error->domain == domain && error->code == row->code)
          || (row->or_read
              && g_error_matches (
                  error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ)),
      "another error: %s %d: %s", g_quark_to_string (error->domain),
      error->code, error->message);
  fail_unless (g_utf8_validate (error->message, -1, NULL));
  if (row->words != NULL)
    fail_unless (strstr (error->message, row->words) != NULL,
        "\"%s\" is not in: %s", row->words, error->message);
  if (row->unsaid != NULL)
    fail_unless (strstr (error->message, row->unsaid) == NULL,
        "\"%s\" is in: %s", row->unsaid, error->message);
  g_print ("#   %s\n", error->message);
  assert_details (message, row);
  if (g_str_equal (row->phase, "download"))
    assert_download_is_named (error->message, message);
}

GstMessage *
net_wait_for_end (GstHarness *h)
{
  while (TRUE) {
    GstMessage *message = source_harness_wait_message (
        h, GST_MESSAGE_ERROR | GST_MESSAGE_PROGRESS);
    GstProgressType type = GST_PROGRESS_TYPE_ERROR;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_PROGRESS)
      gst_message_parse_progress (message, &type, NULL, NULL);
    if (type != GST_PROGRESS_TYPE_START && type != GST_PROGRESS_TYPE_CONTINUE)
      return message;
    gst_message_unref (message);
  }
}

static void
assert_ends_with_gif (
    GstHarness *h, MockServer *server, GstMessage *message, const NetRow *row)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) gif = mock_server_ref_gif (server, -1);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GError) error = NULL;

    gst_message_parse_error (message, &error, NULL);
    ck_abort_msg ("an error: %s", error->message);
  }
  bytes = source_harness_pull_all (h);
  assert_bytes_equal (bytes, gif);
}

void
net_run_harness (GstHarness *h, MockServer *server, const NetRow *row)
{
  NetWitness *witness = net_witness_new (h);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (h->element, GST_STATE_PLAYING);
  message = net_wait_for_end (h);
  if (row->end == NET_GIF)
    assert_ends_with_gif (h, server, message, row);
  else
    assert_ends_with_error (message, row);

  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  assert_no_error (h);
  if (server != NULL) {
    assert_n_posts (server, row->posts);
    fail_unless_equals_int (
        mock_server_count (server, MOCK_EVENT_GET_RECEIVED), row->gets);
  }
  net_witness_assert_unseen (witness, TEST_TOKEN);
  net_witness_free (witness);
}

void
net_drop_messages (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);

  gst_bus_set_flushing (bus, TRUE);
  gst_bus_set_flushing (bus, FALSE);
}

void
net_harness_free (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  gint64 deadline =
      g_get_monotonic_time () + TEST_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
  GstElement *element;
  GWeakRef weak;

  g_weak_ref_init (&weak, h->element);
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_harness_teardown (h);
  /* A message may be on its way yet, and each holds the element. */
  while ((element = g_weak_ref_get (&weak)) != NULL) {
    gst_object_unref (element);
    fail_unless (g_get_monotonic_time () < deadline, "the element stays");
    gst_bus_set_flushing (bus, TRUE);
    g_thread_yield ();
  }
  g_weak_ref_clear (&weak);
}

void
net_run_row (const NetRow *row)
{
  g_autoptr (MockServer) server = net_server_new (row->fault, NULL);
  GstHarness *h = source_harness_new (server);

  g_print ("# %s %s\n", row->fault != NULL ? row->fault : "(no fault)",
      row->settings != NULL ? row->settings : "");
  net_set (h->element, NET_SETTINGS);
  net_set (h->element, row->settings);
  net_run_harness (h, server, row);
  net_harness_free (h);
}
