/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webfault.h"

#include <libsoup/soup.h>

WebFault *
web_fault_new (guint status, const char *kind)
{
  WebFault *fault = g_new0 (WebFault, 1);

  fault->status = status;
  fault->kind = kind;
  return fault;
}

WebFault *
web_fault_new_for_field (guint status, const char *kind, const char *field)
{
  WebFault *fault = web_fault_new (status, kind);

  fault->field = g_strdup (field);
  return fault;
}

/* visioncraftgifsrc's codes; docs/elements.md lists them. */
static const char *
resource_kind (int code, guint http_status, gboolean has_detail)
{
  switch (code) {
    case GST_RESOURCE_ERROR_SETTINGS:
      return has_detail ? "parameter" : "setup";
    case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
      return http_status == SOUP_STATUS_PAYMENT_REQUIRED
              || http_status == SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE
          ? "plan"
          : "key";
    case GST_RESOURCE_ERROR_BUSY:
      return "busy";
    case GST_RESOURCE_ERROR_NOT_FOUND:
    case GST_RESOURCE_ERROR_OPEN_READ:
      return "unreachable";
    case GST_RESOURCE_ERROR_READ:
      return "interrupted";
    case GST_RESOURCE_ERROR_FAILED:
      return "service";
    case GST_RESOURCE_ERROR_NO_SPACE_LEFT:
      return "too-large";
    default:
      return "internal";
  }
}

static const char *
stream_kind (int code, gboolean from_service)
{
  if (code == GST_STREAM_ERROR_WRONG_TYPE)
    return "not-a-gif";
  if (code == GST_STREAM_ERROR_FORMAT && from_service)
    return "reply";
  return "damaged";
}

WebFault *
web_fault_new_from_message (GstMessage *message)
{
  const GstStructure *details = NULL;
  WebFault *fault = web_fault_new (SOUP_STATUS_BAD_GATEWAY, "internal");
  g_autoptr (GError) error = NULL;
  guint http_status = 0;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  if (details != NULL) {
    fault->detail =
        g_strdup (gst_structure_get_string (details, "server-message"));
    gst_structure_get_uint (details, "http-status-code", &http_status);
    gst_structure_get_uint (details, "retry-after", &fault->retry_after_s);
  }
  if (error->domain == GST_RESOURCE_ERROR)
    fault->kind =
        resource_kind (error->code, http_status, fault->detail != NULL);
  else if (error->domain == GST_STREAM_ERROR)
    fault->kind = stream_kind (error->code,
        details != NULL && gst_structure_has_field (details, "phase"));
  return fault;
}

void
web_fault_add_to (const WebFault *fault, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, fault->kind);
  if (fault->field != NULL) {
    json_builder_set_member_name (builder, "field");
    json_builder_add_string_value (builder, fault->field);
  }
  if (fault->detail != NULL) {
    json_builder_set_member_name (builder, "detail");
    json_builder_add_string_value (builder, fault->detail);
  }
  if (fault->retry_after_s != 0) {
    json_builder_set_member_name (builder, "retry_after");
    json_builder_add_int_value (builder, fault->retry_after_s);
  }
  json_builder_end_object (builder);
}

void
web_fault_free (WebFault *fault)
{
  if (fault == NULL)
    return;
  g_free (fault->field);
  g_free (fault->detail);
  g_free (fault);
}
