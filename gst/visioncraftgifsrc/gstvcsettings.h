/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstvcuri.h"
#include "vcrequest.h"

G_BEGIN_DECLS

#define GST_VC_DEFAULT_API_URL "https://visioncraft.top"

/* The properties of visioncraftgifsrc as the user set them. Has no lock: the
 * element's object lock guards it. */
typedef struct
{
  VcRequest request;           /* api_url: NULL until set */
  GstStructure *extra_headers; /* as it was set; NULL: none */
  gboolean send_tags;
  gboolean tag_location;
} GstVcSettings;

/* Installs the properties that live here, under ids from 1 on. Returns the
 * first id that is free for properties of the element itself. */
guint gst_vc_settings_install_properties (GObjectClass *klass);

/* Gives each its default, as installed. @settings is zeroed. */
void gst_vc_settings_init (GstVcSettings *settings);
void gst_vc_settings_clear (GstVcSettings *settings); /* overwrites secrets */

/* @id is one of the installed. */
void gst_vc_settings_set (
    GstVcSettings *settings, guint id, const GValue *value);
void gst_vc_settings_get (
    const GstVcSettings *settings, guint id, GValue *value);

/* Makes the settings what @uri asks for: what it does not name gets its
 * default, for a URI is the whole request. */
void gst_vc_settings_set_uri (GstVcSettings *settings, const GstVcUri *uri);

/* The canonical URI of the settings; it names all that differs between two
 * requests, and nothing secret. The caller owns it. */
char *gst_vc_settings_dup_uri (const GstVcSettings *settings);

/* A copy of the settings for one run; does no I/O. */
VcRequest *gst_vc_settings_snapshot (const GstVcSettings *settings);

/* Completes a snapshot from token-file and the environment (VISIONCRAFT_TOKEN,
 * VISIONCRAFT_API_URL, VISIONCRAFT_CACHE_DIR) and checks it: FALSE with VC_ERROR_SETTING and a
 * sentence that says what to set. @ret_warning as vc_request_find_token() has
 * it. May read a small local file. */
gboolean gst_vc_settings_complete (
    VcRequest *request, char **ret_warning, GError **error);

G_END_DECLS
