/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcheaders.h"

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
