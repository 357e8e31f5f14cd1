/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcsettings.h"

#include "gstvcproperties.h"

void
gst_vc_settings_init (GstVcSettings *settings)
{
  VcRequest *request = vc_request_new ();

  request->sampler = g_strdup (DEFAULT_SAMPLER);
  request->cfg_scale = DEFAULT_CFG_SCALE;
  request->steps = DEFAULT_STEPS;
  request->connect_timeout = DEFAULT_CONNECT_TIMEOUT;
  request->generation_timeout = DEFAULT_GENERATION_TIMEOUT;
  request->idle_timeout = DEFAULT_IDLE_TIMEOUT;
  request->max_size = DEFAULT_MAX_SIZE;
  request->retries = DEFAULT_RETRIES;
  request->retry_backoff_max = DEFAULT_RETRY_BACKOFF_MAX;
  request->ssl_strict = DEFAULT_SSL_STRICT;
  request->user_agent = g_strdup (DEFAULT_USER_AGENT);
  request->keep_alive = DEFAULT_KEEP_ALIVE;

  settings->request = request;
  settings->extra_headers = NULL;
  settings->send_tags = DEFAULT_SEND_TAGS;
  settings->tag_location = DEFAULT_TAG_LOCATION;
}

void
gst_vc_settings_clear (GstVcSettings *settings)
{
  g_clear_pointer (&settings->request, vc_request_free);
  g_clear_pointer (&settings->extra_headers, gst_structure_free);
}

/* --- The URI --- */

void
gst_vc_settings_set_uri (GstVcSettings *settings, const GstVcUri *uri)
{
  VcRequest *request = settings->request;

  vc_request_set_string (&request->prompt, uri->prompt);
  vc_request_set_string (&request->negative_prompt, uri->negative_prompt);
  vc_request_set_string (
      &request->sampler, uri->sampler != NULL ? uri->sampler : DEFAULT_SAMPLER);
  request->cfg_scale =
      uri->cfg_scale != GST_VC_URI_UNSET ? uri->cfg_scale : DEFAULT_CFG_SCALE;
  request->steps = uri->steps != GST_VC_URI_UNSET ? uri->steps : DEFAULT_STEPS;
}

char *
gst_vc_settings_dup_uri (const GstVcSettings *settings)
{
  const VcRequest *request = settings->request;
  const GstVcUri uri = { .prompt = request->prompt,
    .negative_prompt = request->negative_prompt,
    .sampler = request->sampler,
    .cfg_scale = request->cfg_scale,
    .steps = request->steps };

  return gst_vc_uri_format (&uri);
}

/* --- Properties --- */

static void
set_extra_headers (GstVcSettings *settings, const GValue *value)
{
  g_clear_pointer (&settings->extra_headers, gst_structure_free);
  settings->extra_headers = g_value_dup_boxed (value);
}

/* The string field that property @id is, or NULL. */
static char **
string_field (const GstVcSettings *settings, guint id)
{
  VcRequest *request = settings->request;

  switch (id) {
    case PROP_PROMPT:
      return &request->prompt;
    case PROP_NEGATIVE_PROMPT:
      return &request->negative_prompt;
    case PROP_SAMPLER:
      return &request->sampler;
    case PROP_TOKEN:
      return &request->token;
    case PROP_TOKEN_FILE:
      return &request->token_file;
    case PROP_API_URL:
      return &request->api_url;
    case PROP_SSL_CA_FILE:
      return &request->ssl_ca_file;
    case PROP_PROXY:
      return &request->proxy;
    case PROP_PROXY_ID:
      return &request->proxy_id;
    case PROP_PROXY_PW:
      return &request->proxy_pw;
    case PROP_USER_AGENT:
      return &request->user_agent;
    default:
      return NULL;
  }
}

gboolean
gst_vc_settings_set (GstVcSettings *settings, guint id, const GValue *value)
{
  VcRequest *request = settings->request;
  char **field = string_field (settings, id);

  if (id == PROP_PROXY) {
    vc_request_set_proxy (request, g_value_get_string (value));
    return TRUE;
  }
  if (field != NULL) {
    vc_request_set_string (field, g_value_get_string (value));
    return TRUE;
  }

  switch (id) {
    case PROP_CFG_SCALE:
      request->cfg_scale = g_value_get_int (value);
      break;
    case PROP_STEPS:
      request->steps = g_value_get_int (value);
      break;
    case PROP_CONNECT_TIMEOUT:
      request->connect_timeout = g_value_get_uint (value);
      break;
    case PROP_GENERATION_TIMEOUT:
      request->generation_timeout = g_value_get_uint (value);
      break;
    case PROP_IDLE_TIMEOUT:
      request->idle_timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_SIZE:
      request->max_size = g_value_get_uint64 (value);
      break;
    case PROP_RETRIES:
      request->retries = g_value_get_uint (value);
      break;
    case PROP_RETRY_BACKOFF_MAX:
      request->retry_backoff_max = g_value_get_double (value);
      break;
    case PROP_SSL_STRICT:
      request->ssl_strict = g_value_get_boolean (value);
      break;
    case PROP_TLS_DATABASE:
      g_set_object (&request->tls_database, g_value_get_object (value));
      break;
    case PROP_TLS_INTERACTION:
      g_set_object (&request->tls_interaction, g_value_get_object (value));
      break;
    case PROP_EXTRA_HEADERS:
      set_extra_headers (settings, value);
      break;
    case PROP_KEEP_ALIVE:
      request->keep_alive = g_value_get_boolean (value);
      break;
    case PROP_SEND_TAGS:
      settings->send_tags = g_value_get_boolean (value);
      break;
    case PROP_TAG_LOCATION:
      settings->tag_location = g_value_get_boolean (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_vc_settings_get (const GstVcSettings *settings, guint id, GValue *value)
{
  const VcRequest *request = settings->request;
  char **field = string_field (settings, id);

  if (id == PROP_API_URL) {
    g_value_set_string (value,
        request->api_url != NULL ? request->api_url : GST_VC_DEFAULT_API_URL);
    return TRUE;
  }
  if (field != NULL) {
    g_value_set_string (value, *field);
    return TRUE;
  }

  switch (id) {
    case PROP_CFG_SCALE:
      g_value_set_int (value, request->cfg_scale);
      break;
    case PROP_STEPS:
      g_value_set_int (value, request->steps);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, request->connect_timeout);
      break;
    case PROP_GENERATION_TIMEOUT:
      g_value_set_uint (value, request->generation_timeout);
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_uint (value, request->idle_timeout);
      break;
    case PROP_MAX_SIZE:
      g_value_set_uint64 (value, request->max_size);
      break;
    case PROP_RETRIES:
      g_value_set_uint (value, request->retries);
      break;
    case PROP_RETRY_BACKOFF_MAX:
      g_value_set_double (value, request->retry_backoff_max);
      break;
    case PROP_SSL_STRICT:
      g_value_set_boolean (value, request->ssl_strict);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, request->tls_database);
      break;
    case PROP_TLS_INTERACTION:
      g_value_set_object (value, request->tls_interaction);
      break;
    case PROP_EXTRA_HEADERS:
      g_value_set_boxed (value, settings->extra_headers);
      break;
    case PROP_KEEP_ALIVE:
      g_value_set_boolean (value, request->keep_alive);
      break;
    case PROP_SEND_TAGS:
      g_value_set_boolean (value, settings->send_tags);
      break;
    case PROP_TAG_LOCATION:
      g_value_set_boolean (value, settings->tag_location);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/* --- What a run is made from --- */

static void
add_header (GPtrArray *fields, const char *name, const GValue *value)
{
  GValue text = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  if (g_value_transform (value, &text) && g_value_get_string (&text) != NULL) {
    g_ptr_array_add (fields, g_strdup (name));
    g_ptr_array_add (fields, g_value_dup_string (&text));
  }
  g_value_unset (&text);
}

static gboolean
collect_header (GQuark name, const GValue *value, gpointer fields)
{
  const char *field = g_quark_to_string (name);

  if (GST_VALUE_HOLDS_ARRAY (value)) {
    for (guint i = 0; i < gst_value_array_get_size (value); i++)
      add_header (fields, field, gst_value_array_get_value (value, i));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (guint i = 0; i < gst_value_list_get_size (value); i++)
      add_header (fields, field, gst_value_list_get_value (value, i));
  } else {
    add_header (fields, field, value);
  }
  return TRUE;
}

static char **
flatten_headers (const GstStructure *structure)
{
  GPtrArray *fields = g_ptr_array_new ();

  if (structure != NULL)
    gst_structure_foreach (structure, collect_header, fields);
  g_ptr_array_add (fields, NULL);
  return (char **) g_ptr_array_free (fields, FALSE);
}

VcRequest *
gst_vc_settings_snapshot (const GstVcSettings *settings)
{
  VcRequest *request = vc_request_copy (settings->request);

  request->extra_headers = flatten_headers (settings->extra_headers);
  return request;
}

gboolean
gst_vc_settings_complete (
    VcRequest *request, char **ret_warning, GError **error)
{
  const char *environment = g_getenv ("VISIONCRAFT_API_URL");

  if (request->api_url == NULL || request->api_url[0] == '\0')
    vc_request_set_string (&request->api_url,
        environment != NULL && environment[0] != '\0' ? environment
                                                      : GST_VC_DEFAULT_API_URL);
  return vc_request_find_token (
             request, g_getenv ("VISIONCRAFT_TOKEN"), ret_warning, error)
      && vc_request_check (request, error);
}
