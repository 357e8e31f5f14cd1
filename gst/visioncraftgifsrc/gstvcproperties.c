/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcproperties.h"

#define READY_FLAGS (G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define READWRITE (G_PARAM_READWRITE | READY_FLAGS)
#define SECRET (G_PARAM_WRITABLE | READY_FLAGS)

static GParamSpec *props[N_PROPS];

guint
gst_vc_settings_n_properties (void)
{
  return N_PROPS;
}

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
      GST_VC_CFG_SCALE_MIN, GST_VC_CFG_SCALE_MAX, DEFAULT_CFG_SCALE, READWRITE);
  /**
   * GstVisioncraftGifSrc:steps:
   *
   * The number of sampling steps.
   *
   * Since: 0.1
   */
  props[PROP_STEPS] =
      g_param_spec_int ("steps", "Steps", "Number of sampling steps",
          GST_VC_STEPS_MIN, GST_VC_STEPS_MAX, DEFAULT_STEPS, READWRITE);
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
