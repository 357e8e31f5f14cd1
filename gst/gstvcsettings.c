/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcsettings.h"

enum
{
  PROP_0,
  PROP_PROMPT,
  PROP_NEGATIVE_PROMPT,
  PROP_SAMPLER,
  PROP_CFG_SCALE,
  PROP_STEPS,
  PROP_TOKEN,
  PROP_TOKEN_FILE,
  PROP_API_URL,
  PROP_CONNECT_TIMEOUT,
  PROP_GENERATION_TIMEOUT,
  PROP_IDLE_TIMEOUT,
  PROP_MAX_SIZE,
  PROP_RETRIES,
  PROP_RETRY_BACKOFF_MAX,
  PROP_SSL_STRICT,
  PROP_SSL_CA_FILE,
  PROP_TLS_DATABASE,
  PROP_TLS_INTERACTION,
  PROP_PROXY,
  PROP_PROXY_ID,
  PROP_PROXY_PW,
  PROP_USER_AGENT,
  PROP_EXTRA_HEADERS,
  PROP_KEEP_ALIVE,
  PROP_SEND_TAGS,
  PROP_TAG_LOCATION,
  N_PROPS
};

#define DEFAULT_SAMPLER "Euler"
#define DEFAULT_CFG_SCALE 10
#define DEFAULT_STEPS 30
#define DEFAULT_CONNECT_TIMEOUT 15
#define DEFAULT_GENERATION_TIMEOUT 300
#define DEFAULT_IDLE_TIMEOUT 30
#define DEFAULT_MAX_SIZE (G_GUINT64_CONSTANT (256) * 1024 * 1024)
#define DEFAULT_RETRIES 3
#define DEFAULT_RETRY_BACKOFF_MAX 60.0
#define DEFAULT_SSL_STRICT TRUE
#define DEFAULT_USER_AGENT PACKAGE "/" VERSION
#define DEFAULT_KEEP_ALIVE TRUE
#define DEFAULT_SEND_TAGS TRUE
#define DEFAULT_TAG_LOCATION FALSE

#define READY_FLAGS (G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define READWRITE (G_PARAM_READWRITE | READY_FLAGS)
#define SECRET (G_PARAM_WRITABLE | READY_FLAGS)

static GParamSpec *props[N_PROPS];

guint
gst_vc_settings_n_properties (void)
{
  return N_PROPS;
}

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

/* --- Properties --- */

static void
install_prompt_properties (void)
{
  /**
   * GstVisioncraftGifSrc:prompt:
   *
   * What the GIF should show. Any text; required.
   *
   * Since: 0.1
   */
  props[PROP_PROMPT] = g_param_spec_string ("prompt", "Prompt",
      "What the GIF should show (required)", NULL, READWRITE);
  /**
   * GstVisioncraftGifSrc:negative-prompt:
   *
   * What the GIF should not show. Not sent while unset.
   *
   * Since: 0.1
   */
  props[PROP_NEGATIVE_PROMPT] =
      g_param_spec_string ("negative-prompt", "Negative prompt",
          "What the GIF should not show (NULL = not sent)", NULL, READWRITE);
  /**
   * GstVisioncraftGifSrc:sampler:
   *
   * The sampler's name. The service has its own list, which changes.
   *
   * Since: 0.1
   */
  props[PROP_SAMPLER] = g_param_spec_string ("sampler", "Sampler",
      "Name of the sampler, one of the service's list", DEFAULT_SAMPLER,
      READWRITE);
  /**
   * GstVisioncraftGifSrc:cfg-scale:
   *
   * How closely the picture follows the prompt (classifier-free guidance).
   *
   * Since: 0.1
   */
  props[PROP_CFG_SCALE] = g_param_spec_int ("cfg-scale", "CFG scale",
      "How closely the picture follows the prompt (classifier-free guidance)",
      0, 20, DEFAULT_CFG_SCALE, READWRITE);
  /**
   * GstVisioncraftGifSrc:steps:
   *
   * The number of sampling steps.
   *
   * Since: 0.1
   */
  props[PROP_STEPS] = g_param_spec_int ("steps", "Steps",
      "Number of sampling steps", 1, 50, DEFAULT_STEPS, READWRITE);
}

static void
install_service_properties (void)
{
  /**
   * GstVisioncraftGifSrc:token:
   *
   * The API key. Prefer #GstVisioncraftGifSrc:token-file or the environment's
   * VISIONCRAFT_TOKEN: a command line can be read by others.
   *
   * Since: 0.1
   */
  props[PROP_TOKEN] = g_param_spec_string ("token", "Token",
      "API key (better: token-file, or VISIONCRAFT_TOKEN in the environment)",
      NULL, SECRET);
  /**
   * GstVisioncraftGifSrc:token-file:
   *
   * A file of at most 4 KiB whose first line is the API key, read at start
   * when #GstVisioncraftGifSrc:token is not set.
   *
   * Since: 0.1
   */
  props[PROP_TOKEN_FILE] = g_param_spec_string ("token-file", "Token file",
      "File whose first line is the API key, used when token is not set", NULL,
      READWRITE);
  /**
   * GstVisioncraftGifSrc:api-url:
   *
   * The service's address. While unset, the environment's VISIONCRAFT_API_URL
   * is used if there is one.
   *
   * Since: 0.1
   */
  props[PROP_API_URL] = g_param_spec_string ("api-url", "API URL",
      "Address of the service (unset = VISIONCRAFT_API_URL in the environment, "
      "then the default)",
      GST_VC_DEFAULT_API_URL, READWRITE);
}

static void
install_limit_properties (void)
{
  /**
   * GstVisioncraftGifSrc:connect-timeout:
   *
   * Seconds for resolving, connecting and the TLS handshake.
   *
   * Since: 0.1
   */
  props[PROP_CONNECT_TIMEOUT] =
      g_param_spec_uint ("connect-timeout", "Connect timeout",
          "Seconds to resolve, connect and shake hands (0 = no limit)", 0,
          G_MAXUINT, DEFAULT_CONNECT_TIMEOUT, READWRITE);
  /**
   * GstVisioncraftGifSrc:generation-timeout:
   *
   * Seconds from the connection to the end of the service's reply, during
   * which the GIF is generated.
   *
   * Since: 0.1
   */
  props[PROP_GENERATION_TIMEOUT] =
      g_param_spec_uint ("generation-timeout", "Generation timeout",
          "Seconds that the service may take to generate (0 = no limit)", 0,
          G_MAXUINT, DEFAULT_GENERATION_TIMEOUT, READWRITE);
  /**
   * GstVisioncraftGifSrc:idle-timeout:
   *
   * Seconds without a byte after which the download counts as broken.
   *
   * Since: 0.1
   */
  props[PROP_IDLE_TIMEOUT] = g_param_spec_uint ("idle-timeout", "Idle timeout",
      "Seconds without a byte until the download counts as broken "
      "(0 = no limit)",
      0, G_MAXUINT, DEFAULT_IDLE_TIMEOUT, READWRITE);
  /**
   * GstVisioncraftGifSrc:max-size:
   *
   * The largest GIF that is accepted, in bytes. The GIF is kept in memory.
   *
   * Since: 0.1
   */
  props[PROP_MAX_SIZE] = g_param_spec_uint64 ("max-size", "Maximum size",
      "Largest GIF to accept, in bytes (0 = no limit)", 0, G_MAXUINT64,
      DEFAULT_MAX_SIZE, READWRITE);
  /**
   * GstVisioncraftGifSrc:retries:
   *
   * How often a request is repeated: the generation only where it was surely
   * not processed, the download whenever that can help.
   *
   * Since: 0.1
   */
  props[PROP_RETRIES] = g_param_spec_uint ("retries", "Retries",
      "How often a request is repeated after its first try", 0, 1000,
      DEFAULT_RETRIES, READWRITE);
  /**
   * GstVisioncraftGifSrc:retry-backoff-max:
   *
   * The longest wait before a repeated request, in seconds, also where the
   * service asks for more.
   *
   * Since: 0.1
   */
  props[PROP_RETRY_BACKOFF_MAX] =
      g_param_spec_double ("retry-backoff-max", "Maximum retry backoff",
          "Longest wait before a repeated request, in seconds", 0.0,
          24 * 60 * 60.0, DEFAULT_RETRY_BACKOFF_MAX, READWRITE);
}

static void
install_tls_properties (void)
{
  /**
   * GstVisioncraftGifSrc:ssl-strict:
   *
   * Whether certificates are checked, and the way leads nowhere over plain
   * HTTP but to this machine.
   *
   * Since: 0.1
   */
  props[PROP_SSL_STRICT] = g_param_spec_boolean ("ssl-strict", "SSL strict",
      "Check certificates, and refuse plain HTTP except to this machine",
      DEFAULT_SSL_STRICT, READWRITE);
  /**
   * GstVisioncraftGifSrc:ssl-ca-file:
   *
   * A PEM file with the certificate authorities to trust instead of the
   * system's.
   *
   * Since: 0.1
   */
  props[PROP_SSL_CA_FILE] = g_param_spec_string ("ssl-ca-file", "SSL CA file",
      "PEM file of the certificate authorities to trust (NULL = the system's)",
      NULL, READWRITE);
  /**
   * GstVisioncraftGifSrc:tls-database:
   *
   * The certificate authorities to trust; goes before
   * #GstVisioncraftGifSrc:ssl-ca-file.
   *
   * Since: 0.1
   */
  props[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database",
      "TLS database",
      "Certificate authorities to trust (NULL = ssl-ca-file, or the system's)",
      G_TYPE_TLS_DATABASE, READWRITE);
  /**
   * GstVisioncraftGifSrc:tls-interaction:
   *
   * Answers what the TLS library asks the user, on the network thread.
   *
   * Since: 0.1
   */
  props[PROP_TLS_INTERACTION] = g_param_spec_object ("tls-interaction",
      "TLS interaction", "Answers the TLS library's questions to the user",
      G_TYPE_TLS_INTERACTION, READWRITE);
}

static void
install_http_properties (void)
{
  /**
   * GstVisioncraftGifSrc:proxy:
   *
   * The proxy's address. A user name and password in it move to
   * #GstVisioncraftGifSrc:proxy-id and #GstVisioncraftGifSrc:proxy-pw.
   *
   * Since: 0.1
   */
  props[PROP_PROXY] = g_param_spec_string ("proxy", "Proxy",
      "Address of the proxy (NULL = as the system says)", NULL, READWRITE);
  /**
   * GstVisioncraftGifSrc:proxy-id:
   *
   * The user name at the proxy.
   *
   * Since: 0.1
   */
  props[PROP_PROXY_ID] = g_param_spec_string (
      "proxy-id", "Proxy user", "User name at the proxy", NULL, READWRITE);
  /**
   * GstVisioncraftGifSrc:proxy-pw:
   *
   * The password at the proxy.
   *
   * Since: 0.1
   */
  props[PROP_PROXY_PW] = g_param_spec_string (
      "proxy-pw", "Proxy password", "Password at the proxy", NULL, SECRET);
  /**
   * GstVisioncraftGifSrc:user-agent:
   *
   * The User-Agent field of each request.
   *
   * Since: 0.1
   */
  props[PROP_USER_AGENT] = g_param_spec_string ("user-agent", "User agent",
      "User-Agent field of each request", DEFAULT_USER_AGENT, READWRITE);
  /**
   * GstVisioncraftGifSrc:extra-headers:
   *
   * Further fields for each request. A list or array gives several fields of
   * one name.
   *
   * Since: 0.1
   */
  props[PROP_EXTRA_HEADERS] =
      g_param_spec_boxed ("extra-headers", "Extra headers",
          "Further fields for each request", GST_TYPE_STRUCTURE, READWRITE);
  /**
   * GstVisioncraftGifSrc:keep-alive:
   *
   * Whether connections are kept for further downloads.
   *
   * Since: 0.1
   */
  props[PROP_KEEP_ALIVE] = g_param_spec_boolean ("keep-alive", "Keep alive",
      "Keep connections for further downloads", DEFAULT_KEEP_ALIVE, READWRITE);
}

static void
install_tag_properties (void)
{
  /**
   * GstVisioncraftGifSrc:send-tags:
   *
   * Whether tags go downstream that tell prompt and provenance.
   *
   * Since: 0.1
   */
  props[PROP_SEND_TAGS] = g_param_spec_boolean ("send-tags", "Send tags",
      "Send tags that tell prompt and provenance", DEFAULT_SEND_TAGS,
      READWRITE);
  /**
   * GstVisioncraftGifSrc:tag-location:
   *
   * Whether the tags tell the GIF's address too.
   *
   * Since: 0.1
   */
  props[PROP_TAG_LOCATION] = g_param_spec_boolean ("tag-location",
      "Tag location", "Put the GIF's address into the tags as well",
      DEFAULT_TAG_LOCATION, READWRITE);
}

void
gst_vc_settings_install_properties (GObjectClass *klass)
{
  install_prompt_properties ();
  install_service_properties ();
  install_limit_properties ();
  install_tls_properties ();
  install_http_properties ();
  install_tag_properties ();
  g_object_class_install_properties (klass, N_PROPS, props);
}

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
