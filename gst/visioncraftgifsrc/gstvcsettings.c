/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcsettings.h"

/* --- The properties --- */

typedef struct
{
  const char *name, *nick, *blurb;
  GType type;               /* fundamental */
  GType (*get_type) (void); /* of objects and boxed values */
  gsize offset;             /* of the field in GstVcSettings */
  guint64 min, max;         /* of numbers */
  guint64 number;           /* default of numbers and booleans */
  const char *text;         /* default of strings */
  GParamFlags flags;
} Property;

#define FIELD(field) G_STRUCT_OFFSET (GstVcSettings, field)
#define STRING(field, text) G_TYPE_STRING, NULL, FIELD (field), 0, 0, 0, text
#define BOOLEAN(field, on) G_TYPE_BOOLEAN, NULL, FIELD (field), 0, 1, on, NULL
#define INT(field, min, max, number) \
  G_TYPE_INT, NULL, FIELD (field), min, max, number, NULL
#define UINT(field, max, number) \
  G_TYPE_UINT, NULL, FIELD (field), 0, max, number, NULL
#define UINT64(field, number) \
  G_TYPE_UINT64, NULL, FIELD (field), 0, G_MAXUINT64, number, NULL
#define DOUBLE(field, max, number) \
  G_TYPE_DOUBLE, NULL, FIELD (field), 0, max, number, NULL
#define OBJECT(field, get_type) \
  G_TYPE_OBJECT, get_type, FIELD (field), 0, 0, 0, NULL
#define STRUCTURE(field) \
  G_TYPE_BOXED, gst_structure_get_type, FIELD (field), 0, 0, 0, NULL

#define READWRITE G_PARAM_READWRITE
#define SECRET G_PARAM_WRITABLE

static const Property properties[] = {
  /**
   * GstVisioncraftGifSrc:prompt:
   *
   * What the GIF should show. Any text; required.
   *
   * Since: 0.1
   */
  { "prompt", "Prompt", "What the GIF should show (required)",
      STRING (request.prompt, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:negative-prompt:
   *
   * What the GIF should not show. Not sent while unset.
   *
   * Since: 0.1
   */
  { "negative-prompt", "Negative prompt",
      "What the GIF should not show (NULL = not sent)",
      STRING (request.negative_prompt, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:sampler:
   *
   * The sampler's name. The service has its own list, which changes.
   *
   * Since: 0.1
   */
  { "sampler", "Sampler", "Name of the sampler, one of the service's list",
      STRING (request.sampler, "Euler"), READWRITE },
  /**
   * GstVisioncraftGifSrc:cfg-scale:
   *
   * How closely the picture follows the prompt (classifier-free guidance).
   *
   * Since: 0.1
   */
  { "cfg-scale", "CFG scale",
      "How closely the picture follows the prompt (classifier-free guidance)",
      INT (request.cfg_scale, GST_VC_CFG_SCALE_MIN, GST_VC_CFG_SCALE_MAX, 10),
      READWRITE },
  /**
   * GstVisioncraftGifSrc:steps:
   *
   * The number of sampling steps.
   *
   * Since: 0.1
   */
  { "steps", "Steps", "Number of sampling steps",
      INT (request.steps, GST_VC_STEPS_MIN, GST_VC_STEPS_MAX, 30), READWRITE },
  /**
   * GstVisioncraftGifSrc:variation:
   *
   * Which of several generations of one prompt this is, for
   * #GstVisioncraftGifSrc:cache-dir: another number is another picture. It is
   * never sent.
   *
   * Since: 0.1
   */
  { "variation", "Variation",
      "Tells generations of one prompt apart in cache-dir (not sent)",
      UINT (request.variation, G_MAXUINT, 0), READWRITE },
  /**
   * GstVisioncraftGifSrc:token:
   *
   * The API key. Prefer #GstVisioncraftGifSrc:token-file or the environment's
   * VISIONCRAFT_TOKEN: a command line can be read by others, and GStreamer logs
   * what it parses.
   *
   * Since: 0.1
   */
  { "token", "Token",
      "API key (better: token-file, or VISIONCRAFT_TOKEN in the environment)",
      STRING (request.token, NULL), SECRET },
  /**
   * GstVisioncraftGifSrc:token-file:
   *
   * A file of at most 4 KiB whose first line is the API key, read at start
   * when #GstVisioncraftGifSrc:token is not set. Not one in /proc. A warning
   * says where others can read or change it.
   *
   * Since: 0.1
   */
  { "token-file", "Token file",
      "File whose first line is the API key, used when token is not set",
      STRING (request.token_file, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:api-url:
   *
   * The service's address. While unset, the environment's VISIONCRAFT_API_URL
   * is used if there is one.
   *
   * Since: 0.1
   */
  { "api-url", "API URL",
      "Address of the service (unset = VISIONCRAFT_API_URL in the environment, "
      "then the default)",
      STRING (request.api_url, GST_VC_DEFAULT_API_URL), READWRITE },
  /**
   * GstVisioncraftGifSrc:endpoint:
   *
   * The path of the request below #GstVisioncraftGifSrc:api-url. Other releases
   * of the service have `beta/generate-gif` or `text2gif`.
   *
   * Since: 0.1
   */
  { "endpoint", "Endpoint", "Path of the request below api-url",
      STRING (request.endpoint, "generate-gif"), READWRITE },
  /**
   * GstVisioncraftGifSrc:authorization:
   *
   * `Basic …` or `Bearer …` for a gateway in front of the service: the
   * Authorization field of the requests to the scheme, host and port of
   * #GstVisioncraftGifSrc:api-url, and of no others. The API key is not meant.
   *
   * Since: 0.1
   */
  { "authorization", "Authorization",
      "Authorization field for a gateway in front of the service",
      STRING (request.authorization, NULL), SECRET },
  /**
   * GstVisioncraftGifSrc:cache-dir:
   *
   * A folder in which generations are kept and looked for: the same request
   * with the same #GstVisioncraftGifSrc:variation is answered from there,
   * without a request and without an API key. What was paid and could not be
   * fetched is fetched before it is paid again. Nothing is ever deleted:
   * remove the folder, or the two files of an entry, to do that. Prompts and
   * pictures lie there readable for this user; a folder that others can write
   * is not used. While unset, the environment's VISIONCRAFT_CACHE_DIR is used if
   * there is one: editors and players need no more; an empty string is none.
   *
   * Since: 0.1
   */
  { "cache-dir", "Cache directory",
      "Folder in which generations are kept and looked for (unset = "
      "VISIONCRAFT_CACHE_DIR in the environment, then none; empty = none)",
      STRING (request.cache_dir, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:connect-timeout:
   *
   * Seconds for resolving, connecting and the TLS handshake.
   *
   * Since: 0.1
   */
  { "connect-timeout", "Connect timeout",
      "Seconds to resolve, connect and shake hands (0 = no limit)",
      UINT (request.connect_timeout, G_MAXUINT, 15), READWRITE },
  /**
   * GstVisioncraftGifSrc:generation-timeout:
   *
   * Seconds from the connection to the end of the service's reply, during
   * which the GIF is generated.
   *
   * Since: 0.1
   */
  { "generation-timeout", "Generation timeout",
      "Seconds that the service may take to generate (0 = no limit)",
      UINT (request.generation_timeout, G_MAXUINT, 300), READWRITE },
  /**
   * GstVisioncraftGifSrc:idle-timeout:
   *
   * Seconds without a byte after which the download counts as broken.
   *
   * Since: 0.1
   */
  { "idle-timeout", "Idle timeout",
      "Seconds without a byte until the download counts as broken (0 = no "
      "limit)",
      UINT (request.idle_timeout, G_MAXUINT, 30), READWRITE },
  /**
   * GstVisioncraftGifSrc:low-speed-limit:
   *
   * The bytes per second below which the download counts as broken when it
   * stays there for #GstVisioncraftGifSrc:low-speed-time.
   *
   * Since: 0.1
   */
  { "low-speed-limit", "Low speed limit",
      "Bytes per second below which the download counts as broken (0 = no "
      "limit)",
      UINT (request.low_speed_limit, G_MAXUINT, 100), READWRITE },
  /**
   * GstVisioncraftGifSrc:low-speed-time:
   *
   * The seconds over which #GstVisioncraftGifSrc:low-speed-limit is measured.
   *
   * Since: 0.1
   */
  { "low-speed-time", "Low speed time",
      "Seconds over which low-speed-limit is measured",
      UINT (request.low_speed_time, G_MAXUINT, 60), READWRITE },
  /**
   * GstVisioncraftGifSrc:download-timeout:
   *
   * Seconds that the whole download may take, with all its repeats.
   *
   * Since: 0.1
   */
  { "download-timeout", "Download timeout",
      "Seconds that the whole download may take (0 = no limit)",
      UINT (request.download_timeout, G_MAXUINT, 3600), READWRITE },
  /**
   * GstVisioncraftGifSrc:max-size:
   *
   * The largest GIF that is accepted, in bytes. The GIF is kept in memory.
   *
   * Since: 0.1
   */
  { "max-size", "Maximum size",
      "Largest GIF to accept, in bytes (0 = no limit)",
      UINT64 (request.max_size, 256 * 1024 * 1024), READWRITE },
  /**
   * GstVisioncraftGifSrc:retries:
   *
   * How often a request is repeated: the generation only where it was surely
   * not processed, the download whenever that can help.
   *
   * Since: 0.1
   */
  { "retries", "Retries", "How often a request is repeated after its first try",
      UINT (request.retries, 1000, 3), READWRITE },
  /**
   * GstVisioncraftGifSrc:retry-backoff-max:
   *
   * The longest wait before a repeated request, in seconds, also where the
   * service asks for more.
   *
   * Since: 0.1
   */
  { "retry-backoff-max", "Maximum retry backoff",
      "Longest wait before a repeated request, in seconds",
      DOUBLE (request.retry_backoff_max, 24 * 60 * 60, 60), READWRITE },
  /**
   * GstVisioncraftGifSrc:ssl-strict:
   *
   * Whether certificates are checked, and the way leads nowhere over plain
   * HTTP but to this machine.
   *
   * Since: 0.1
   */
  { "ssl-strict", "SSL strict",
      "Check certificates, and refuse plain HTTP except to this machine",
      BOOLEAN (request.ssl_strict, TRUE), READWRITE },
  /**
   * GstVisioncraftGifSrc:insecure-download:
   *
   * Whether the GIF may be fetched over plain HTTP where the service is asked
   * over HTTPS and names such an address, and HTTPS at the same place does not
   * work. The API key never goes there.
   *
   * Since: 0.1
   */
  { "insecure-download", "Insecure download",
      "Fetch an http image of an https service in clear text if need be",
      BOOLEAN (request.insecure_download, FALSE), READWRITE },
  /**
   * GstVisioncraftGifSrc:ssl-ca-file:
   *
   * A PEM file with the certificate authorities to trust instead of the
   * system's.
   *
   * Since: 0.1
   */
  { "ssl-ca-file", "SSL CA file",
      "PEM file of the certificate authorities to trust (NULL = the system's)",
      STRING (request.ssl_ca_file, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:tls-database:
   *
   * The certificate authorities to trust; goes before
   * #GstVisioncraftGifSrc:ssl-ca-file.
   *
   * Since: 0.1
   */
  { "tls-database", "TLS database",
      "Certificate authorities to trust (NULL = ssl-ca-file, or the system's)",
      OBJECT (request.tls_database, g_tls_database_get_type), READWRITE },
  /**
   * GstVisioncraftGifSrc:tls-interaction:
   *
   * Answers what the TLS library asks the user, on the network thread.
   *
   * Since: 0.1
   */
  { "tls-interaction", "TLS interaction",
      "Answers the TLS library's questions to the user",
      OBJECT (request.tls_interaction, g_tls_interaction_get_type), READWRITE },
  /**
   * GstVisioncraftGifSrc:proxy:
   *
   * The proxy's address. A user name and password in it move to
   * #GstVisioncraftGifSrc:proxy-id and #GstVisioncraftGifSrc:proxy-pw.
   *
   * Since: 0.1
   */
  { "proxy", "Proxy", "Address of the proxy (NULL = as the system says)",
      STRING (request.proxy, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:proxy-id:
   *
   * The user name at the proxy.
   *
   * Since: 0.1
   */
  { "proxy-id", "Proxy user", "User name at the proxy",
      STRING (request.proxy_id, NULL), READWRITE },
  /**
   * GstVisioncraftGifSrc:proxy-pw:
   *
   * The password at the proxy.
   *
   * Since: 0.1
   */
  { "proxy-pw", "Proxy password", "Password at the proxy",
      STRING (request.proxy_pw, NULL), SECRET },
  /**
   * GstVisioncraftGifSrc:user-agent:
   *
   * The User-Agent field of each request.
   *
   * Since: 0.1
   */
  { "user-agent", "User agent", "User-Agent field of each request",
      STRING (request.user_agent, PACKAGE "/" VERSION), READWRITE },
  /**
   * GstVisioncraftGifSrc:extra-headers:
   *
   * Further fields for each request. A list or array gives several fields of
   * one name.
   *
   * Since: 0.1
   */
  { "extra-headers", "Extra headers", "Further fields for each request",
      STRUCTURE (extra_headers), READWRITE },
  /**
   * GstVisioncraftGifSrc:keep-alive:
   *
   * Whether connections are kept for further downloads.
   *
   * Since: 0.1
   */
  { "keep-alive", "Keep alive", "Keep connections for further downloads",
      BOOLEAN (request.keep_alive, TRUE), READWRITE },
  /**
   * GstVisioncraftGifSrc:send-tags:
   *
   * Whether tags with prompt and provenance go downstream.
   *
   * Since: 0.1
   */
  { "send-tags", "Send tags", "Send tags with prompt and provenance",
      BOOLEAN (send_tags, TRUE), READWRITE },
  /**
   * GstVisioncraftGifSrc:tag-location:
   *
   * Whether the tags hold the GIF's address too.
   *
   * Since: 0.1
   */
  { "tag-location", "Tag location",
      "Put the GIF's address into the tags as well",
      BOOLEAN (tag_location, FALSE), READWRITE },
};

/* In the order of the table. */
static GParamSpec *specs[G_N_ELEMENTS (properties)];

static GParamSpec *
new_spec (const Property *p)
{
  GParamFlags flags =
      p->flags | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  switch (p->type) {
    case G_TYPE_STRING:
      return g_param_spec_string (p->name, p->nick, p->blurb, p->text, flags);
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (
          p->name, p->nick, p->blurb, p->number, flags);
    case G_TYPE_INT:
      return g_param_spec_int (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    case G_TYPE_UINT64:
      return g_param_spec_uint64 (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    case G_TYPE_DOUBLE:
      return g_param_spec_double (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    case G_TYPE_OBJECT:
      return g_param_spec_object (
          p->name, p->nick, p->blurb, p->get_type (), flags);
    default:
      return g_param_spec_boxed (
          p->name, p->nick, p->blurb, p->get_type (), flags);
  }
}

guint
gst_vc_settings_install_properties (GObjectClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    specs[i] = new_spec (&properties[i]);
    g_object_class_install_property (klass, i + 1, specs[i]);
  }
  return G_N_ELEMENTS (properties) + 1;
}

/* --- Their values --- */

static void
store (GstVcSettings *settings, const Property *property, const GValue *value)
{
  gpointer field = G_STRUCT_MEMBER_P (settings, property->offset);

  switch (property->type) {
    case G_TYPE_STRING:
      vc_request_set_string (field, g_value_get_string (value));
      break;
    case G_TYPE_BOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    case G_TYPE_INT:
      *(int *) field = g_value_get_int (value);
      break;
    case G_TYPE_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    case G_TYPE_UINT64:
      *(guint64 *) field = g_value_get_uint64 (value);
      break;
    case G_TYPE_DOUBLE:
      *(double *) field = g_value_get_double (value);
      break;
    case G_TYPE_OBJECT:
      g_set_object ((GObject **) field, g_value_get_object (value));
      break;
    default:
      g_clear_pointer ((GstStructure **) field, gst_structure_free);
      *(GstStructure **) field = g_value_dup_boxed (value);
      break;
  }
}

static void
load (const GstVcSettings *settings, const Property *property, GValue *value)
{
  gconstpointer field = G_STRUCT_MEMBER_P (settings, property->offset);

  switch (property->type) {
    case G_TYPE_STRING:
      g_value_set_string (value, *(char *const *) field);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) field);
      break;
    case G_TYPE_INT:
      g_value_set_int (value, *(const int *) field);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(const guint *) field);
      break;
    case G_TYPE_UINT64:
      g_value_set_uint64 (value, *(const guint64 *) field);
      break;
    case G_TYPE_DOUBLE:
      g_value_set_double (value, *(const double *) field);
      break;
    case G_TYPE_OBJECT:
      g_value_set_object (value, *(GObject *const *) field);
      break;
    default:
      g_value_set_boxed (value, *(GstStructure *const *) field);
      break;
  }
}

static void
store_default (GstVcSettings *settings, guint i)
{
  store (settings, &properties[i], g_param_spec_get_default_value (specs[i]));
}

void
gst_vc_settings_init (GstVcSettings *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    store_default (settings, i);
  /* Unset: the environment's address goes before the default. */
  vc_request_set_string (&settings->request.api_url, NULL);
}

void
gst_vc_settings_clear (GstVcSettings *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    GValue nothing = G_VALUE_INIT;

    g_value_init (&nothing, G_PARAM_SPEC_VALUE_TYPE (specs[i]));
    store (settings, &properties[i], &nothing);
    g_value_unset (&nothing);
  }
}

void
gst_vc_settings_set (GstVcSettings *settings, guint id, const GValue *value)
{
  const Property *property = &properties[id - 1];

  if (property->offset == FIELD (request.proxy))
    vc_request_set_proxy (&settings->request, g_value_get_string (value));
  else
    store (settings, property, value);
}

void
gst_vc_settings_get (const GstVcSettings *settings, guint id, GValue *value)
{
  const Property *property = &properties[id - 1];

  if (property->offset == FIELD (request.api_url)
      && settings->request.api_url == NULL)
    g_param_value_set_default (specs[id - 1], value);
  else
    load (settings, property, value);
}

/* --- The URI --- */

void
gst_vc_settings_set_uri (GstVcSettings *settings, const GstVcUri *uri)
{
  VcRequest *request = &settings->request;

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    if (g_strv_contains (gst_vc_uri_get_keys (), properties[i].name))
      store_default (settings, i);
  }
  vc_request_set_string (&request->prompt, uri->prompt);
  vc_request_set_string (&request->negative_prompt, uri->negative_prompt);
  if (uri->sampler != NULL)
    vc_request_set_string (&request->sampler, uri->sampler);
  if (uri->cfg_scale != GST_VC_URI_UNSET)
    request->cfg_scale = uri->cfg_scale;
  if (uri->steps != GST_VC_URI_UNSET)
    request->steps = uri->steps;
  if (uri->variation != GST_VC_URI_UNSET)
    request->variation = uri->variation;
}

char *
gst_vc_settings_dup_uri (const GstVcSettings *settings)
{
  const VcRequest *request = &settings->request;
  const GstVcUri uri = { .prompt = request->prompt,
    .negative_prompt = request->negative_prompt,
    .sampler = request->sampler,
    .cfg_scale = request->cfg_scale,
    .steps = request->steps,
    /* The first one needs no name. */
    .variation =
        request->variation != 0 ? request->variation : GST_VC_URI_UNSET };

  return gst_vc_uri_format (&uri);
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
  VcRequest *request = vc_request_copy (&settings->request);

  request->extra_headers = flatten_headers (settings->extra_headers);
  return request;
}

/* While @field is unset: the environment's @variable, then @fallback. */
static void
complete_string (char **field, const char *variable, const char *fallback)
{
  const char *value = g_getenv (variable);

  if (*field == NULL)
    vc_request_set_string (
        field, value != NULL && value[0] != '\0' ? value : fallback);
}

gboolean
gst_vc_settings_complete (
    VcRequest *request, char **ret_warning, GError **error)
{
  if (request->api_url != NULL && request->api_url[0] == '\0')
    vc_request_set_string (&request->api_url, NULL);
  complete_string (
      &request->api_url, "VISIONCRAFT_API_URL", GST_VC_DEFAULT_API_URL);
  complete_string (&request->cache_dir, "VISIONCRAFT_CACHE_DIR", NULL);
  /* "" is none, whatever the environment says. */
  if (request->cache_dir != NULL && request->cache_dir[0] == '\0')
    vc_request_set_string (&request->cache_dir, NULL);
  return vc_request_find_token (
             request, g_getenv ("VISIONCRAFT_TOKEN"), ret_warning, error)
      && vc_request_check (request, error);
}
