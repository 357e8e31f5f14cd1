/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcmessages.h"

GST_DEBUG_CATEGORY_EXTERN (visioncraftgifsrc_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

typedef enum
{
  DOMAIN_RESOURCE,
  DOMAIN_STREAM,
} Domain;

#define RESOURCE(code) DOMAIN_RESOURCE, GST_RESOURCE_ERROR_##code
#define STREAM(code) DOMAIN_STREAM, GST_STREAM_ERROR_##code

/* The one table from the client's errors to GStreamer's. The hint is for a
 * request to the service; a download's failures say all themselves unless
 * @always. */
static const struct
{
  Domain domain;
  int code;
  gboolean always;
  const char *hint;
} errors[] = {
  [VC_ERROR_PARAMETER] = { RESOURCE (SETTINGS), FALSE,
      "Change the property that it names." },
  [VC_ERROR_SETTING] = { RESOURCE (SETTINGS), FALSE, NULL },
  [VC_ERROR_NOT_AUTHORIZED] = { RESOURCE (NOT_AUTHORIZED), FALSE,
      "Check the API key in token, token-file or VISIONCRAFT_TOKEN, and "
      "proxy-id and proxy-pw if there is a proxy." },
  [VC_ERROR_PLAN] = { RESOURCE (NOT_AUTHORIZED), FALSE,
      "The account's plan does not cover this request." },
  [VC_ERROR_BUSY] = { RESOURCE (BUSY), TRUE, "Try again later." },
  [VC_ERROR_NOT_FOUND] = { RESOURCE (NOT_FOUND), FALSE, "Check api-url." },
  [VC_ERROR_CONNECT] = { RESOURCE (OPEN_READ), TRUE,
      "Check the network, api-url and proxy." },
  [VC_ERROR_TLS] = { RESOURCE (OPEN_READ), TRUE,
      "Check the network, api-url and proxy." },
  [VC_ERROR_CERTIFICATE] = { RESOURCE (OPEN_READ), TRUE,
      "ssl-ca-file or tls-database name further authorities to trust; "
      "ssl-strict=false switches the check off." },
  [VC_ERROR_TLS_MISSING] = { RESOURCE (OPEN_READ), TRUE,
      "Install GIO's TLS module, the package glib-networking." },
  [VC_ERROR_TIMEOUT] = { RESOURCE (READ), TRUE,
      "Try again later, or change the limit that it names." },
  [VC_ERROR_REDIRECT] = { RESOURCE (OPEN_READ), FALSE,
      "Set api-url to where the service is." },
  [VC_ERROR_REFUSED] = { RESOURCE (OPEN_READ), FALSE,
      "Check api-url and the properties." },
  [VC_ERROR_SERVICE] = { RESOURCE (FAILED), TRUE, "Try again later." },
  [VC_ERROR_INTERRUPTED] = { RESOURCE (READ), TRUE, "Try again later." },
  [VC_ERROR_REPLY] = { STREAM (FORMAT), FALSE,
      "Check that api-url is VisionCraft's." },
  [VC_ERROR_NOT_GIF] = { STREAM (WRONG_TYPE), FALSE, NULL },
  [VC_ERROR_TOO_LARGE] = { RESOURCE (NO_SPACE_LEFT), TRUE,
      "Raise max-size if it should be accepted." },
  [VC_ERROR_PROXY] = { RESOURCE (NOT_AUTHORIZED), TRUE,
      "Check proxy, proxy-id and proxy-pw." },
  [VC_ERROR_EXHAUSTED] = { RESOURCE (NO_SPACE_LEFT), TRUE,
      "Raise this process's limits, or do less at once." },
  [VC_ERROR_CHANGED] = { RESOURCE (READ), TRUE, "Generate anew." },
};

static GstStructure *
error_details (const VcReport *report)
{
  GstStructure *details = gst_structure_new ("details", "phase", G_TYPE_STRING,
      vc_phase_name (report->phase), "attempts", G_TYPE_UINT, report->attempts,
      NULL);

  if (report->status != 0)
    gst_structure_set (
        details, "http-status-code", G_TYPE_UINT, report->status, NULL);
  if (report->retry_after_s != 0)
    gst_structure_set (
        details, "retry-after", G_TYPE_UINT, report->retry_after_s, NULL);
  if (report->billed)
    gst_structure_set (
        details, "maybe-billed", G_TYPE_BOOLEAN, report->billed, NULL);
  /* What was paid may still be there. */
  if (report->location != NULL)
    gst_structure_set (
        details, "location", G_TYPE_STRING, report->location, NULL);
  if (report->host != NULL)
    gst_structure_set (details, "host", G_TYPE_STRING, report->host, NULL);
  if (report->server_message != NULL)
    gst_structure_set (
        details, "server-message", G_TYPE_STRING, report->server_message, NULL);
  return details;
}

static char *
error_debug (const GError *error, const VcReport *report)
{
  GString *debug = g_string_new (NULL);

  g_string_append_printf (debug, "phase %s, attempt %u, HTTP status ",
      vc_phase_name (report->phase), report->attempts);
  if (report->status != 0)
    g_string_append_printf (debug, "%u", report->status);
  else
    g_string_append (debug, "none");
  g_string_append_printf (debug, ", after %.1f s", report->waited_s);
  if (report->retry_after_s != 0)
    g_string_append_printf (
        debug, ", the service asks to wait %u s", report->retry_after_s);
  return g_string_free (debug, FALSE);
}

void
gst_vc_post_error (
    GstElement *element, const GError *error, const VcReport *report)
{
  Domain domain = errors[error->code].domain;
  const char *hint = errors[error->code].hint;
  gboolean with_hint = hint != NULL
      && (errors[error->code].always || report->phase < VC_PHASE_DOWNLOAD);

  gst_element_message_full_with_details (element, GST_MESSAGE_ERROR,
      domain == DOMAIN_STREAM ? GST_STREAM_ERROR : GST_RESOURCE_ERROR,
      errors[error->code].code,
      with_hint ? g_strdup_printf ("%s %s", error->message, hint)
                : g_strdup (error->message),
      error_debug (error, report), __FILE__, G_STRFUNC, __LINE__,
      error_details (report));
}

static char *
progress_text (GstProgressType type, const VcReport *report)
{
  if (type == GST_PROGRESS_TYPE_START)
    return g_strdup ("Generating");
  if (type == GST_PROGRESS_TYPE_CANCELED)
    return g_strdup_printf ("Canceled after %.0f s", report->waited_s);
  if (type == GST_PROGRESS_TYPE_ERROR)
    return g_strdup_printf ("Failed after %.0f s", report->waited_s);
  if (type == GST_PROGRESS_TYPE_COMPLETE && report->cached)
    return g_strdup_printf (
        "Found in cache-dir, %" G_GUINT64_FORMAT " bytes", report->bytes);
  if (type == GST_PROGRESS_TYPE_COMPLETE)
    return g_strdup_printf ("Generated in %.1f s, %" G_GUINT64_FORMAT " bytes",
        report->waited_s, report->bytes);
  if (report->phase < VC_PHASE_DOWNLOAD)
    return g_strdup_printf ("Generating, %.0f s", report->waited_s);
  if (report->total > 0)
    return g_strdup_printf ("Downloading, %" G_GUINT64_FORMAT
                            " bytes, %" G_GUINT64_FORMAT " %%",
        report->bytes, report->bytes * 100 / report->total);
  return g_strdup_printf (
      "Downloading, %" G_GUINT64_FORMAT " bytes", report->bytes);
}

void
gst_vc_post_progress (
    GstElement *element, GstProgressType type, const VcReport *report)
{
  g_autofree char *text = progress_text (type, report);
  /* Starts and ends are those of the whole operation, as rtspsrc has it. */
  const char *code =
      type == GST_PROGRESS_TYPE_CONTINUE && report->phase >= VC_PHASE_DOWNLOAD
      ? "download"
      : "generate";
  GstMessage *message =
      gst_message_new_progress (GST_OBJECT (element), type, code, text);
  GstStructure *structure = gst_message_writable_structure (message);

  gst_structure_set (structure, "seconds", G_TYPE_DOUBLE, report->waited_s,
      "bytes", G_TYPE_UINT64, report->bytes, "total", G_TYPE_UINT64,
      report->total, NULL);
  if (report->total > 0)
    gst_structure_set (structure, "percent", G_TYPE_INT,
        (int) (report->bytes * 100 / report->total), NULL);
  GST_DEBUG_OBJECT (element, "progress: %s", text);
  gst_element_post_message (element, message);
}

/* The addresses as a GST_TYPE_ARRAY of strings. */
static void
take_images (GstStructure *structure, const GPtrArray *images)
{
  GValue array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint i = 0; images != NULL && i < images->len; i++) {
    GValue address = G_VALUE_INIT;

    g_value_init (&address, G_TYPE_STRING);
    g_value_set_string (&address, g_ptr_array_index (images, i));
    gst_value_array_append_and_take_value (&array, &address);
  }
  gst_structure_take_value (structure, "images", &array);
}

static void
post_images (
    GstElement *element, GstStructure *structure, const VcReport *report)
{
  gst_structure_set (
      structure, "seconds", G_TYPE_DOUBLE, report->waited_s, NULL);
  take_images (structure, report->images);
  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element), structure));
}

void
gst_vc_post_reply (GstElement *element, const VcReport *report)
{
  post_images (element, gst_structure_new_empty ("visioncraft-reply"), report);
}

void
gst_vc_post_generated (GstElement *element, const VcReport *report)
{
  post_images (element,
      gst_structure_new (
          "visioncraft-generated", "size", G_TYPE_UINT64, report->bytes, NULL),
      report);
}

GstStructure *
gst_vc_stats_new (const VcReport *report)
{
  return gst_structure_new ("visioncraft-stats", "cached", G_TYPE_BOOLEAN,
      report->cached, "requests", G_TYPE_UINT, report->requests, "retries",
      G_TYPE_UINT, report->retries, "http-status-code", G_TYPE_UINT,
      report->status, "bytes", G_TYPE_UINT64, report->bytes, "connect-seconds",
      G_TYPE_DOUBLE, report->connect_s, "generate-seconds", G_TYPE_DOUBLE,
      report->generate_s, "download-seconds", G_TYPE_DOUBLE, report->download_s,
      "phase", G_TYPE_STRING, vc_phase_name (report->phase), NULL);
}

/* A field that is there already becomes an array. */
static void
add_field (GstStructure *fields, const char *name, const char *value)
{
  const GValue *old = gst_structure_get_value (fields, name);
  GValue array = G_VALUE_INIT;
  GValue text = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  g_value_take_string (&text, g_utf8_make_valid (value, -1));
  if (old == NULL) {
    gst_structure_take_value (fields, name, &text);
    return;
  }
  g_value_init (&array, GST_TYPE_ARRAY);
  if (GST_VALUE_HOLDS_ARRAY (old))
    g_value_copy (old, &array);
  else
    gst_value_array_append_value (&array, old);
  gst_value_array_append_and_take_value (&array, &text);
  gst_structure_take_value (fields, name, &array);
}

GstStructure *
gst_vc_headers_new (const VcReport *report)
{
  GstStructure *headers;
  g_autoptr (GstStructure) fields = NULL;

  if (report->headers == NULL)
    return NULL;
  fields = gst_structure_new_empty ("response-headers");
  for (char **field = report->headers; field[0] != NULL; field += 2)
    add_field (fields, field[0], field[1]);

  headers = gst_structure_new ("http-headers", "http-status-code", G_TYPE_UINT,
      report->status, "response-headers", GST_TYPE_STRUCTURE, fields, NULL);
  if (report->images != NULL && report->images->len > 0)
    gst_structure_set (headers, "uri", G_TYPE_STRING,
        g_ptr_array_index (report->images, 0), NULL);
  return headers;
}
