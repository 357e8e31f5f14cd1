/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* visioncraft://generate-gif?prompt=a%20fox&steps=30: a request to the service
 * as a URI (RFC 3986), all of it but where it goes and who pays. */
#define GST_VC_URI_SCHEME "visioncraft"
#define GST_VC_URI_HOST "generate-gif"

#define GST_VC_CFG_SCALE_MIN 0
#define GST_VC_CFG_SCALE_MAX 20
#define GST_VC_STEPS_MIN 1
#define GST_VC_STEPS_MAX 50

/* Strings are NULL and numbers GST_VC_URI_UNSET where the URI does not name
 * them. */
#define GST_VC_URI_UNSET G_GINT64_CONSTANT (-1)
typedef struct
{
  char *prompt, *negative_prompt, *sampler;
  gint64 cfg_scale, steps, variation;
} GstVcUri;

/* The keys in the order of canonical URIs, which are names of properties too;
 * NULL-terminated. */
const char *const *gst_vc_uri_get_keys (void);

/* Takes @uri apart. FALSE with GST_URI_ERROR_BAD_URI and a sentence that names
 * the key for what is not such a URI: another host, a fragment, keys that are
 * unknown or come twice, numbers out of range, broken escapes (RFC 3986 §2.1),
 * bytes that are not UTF-8, anything secret; the sentence never repeats what
 * may be one. Underscores in keys count as hyphens; "+" is a plus. Fills
 * @ret_uri only when it returns TRUE; gst_vc_uri_clear() frees it. */
gboolean gst_vc_uri_parse (const char *uri, GstVcUri *ret_uri, GError **error);
void gst_vc_uri_clear (GstVcUri *uri);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstVcUri, gst_vc_uri_clear)

/* The canonical URI for what is set in @uri; the caller owns it. */
char *gst_vc_uri_format (const GstVcUri *uri);

G_END_DECLS
