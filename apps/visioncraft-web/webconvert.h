/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webfault.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  WEB_FORMAT_MP4,  /* H.264, the index in front */
  WEB_FORMAT_WEBM, /* VP8, with duration and index */
  WEB_FORMAT_JPEG, /* the first picture */
  WEB_N_FORMATS
} WebFormat;

/* One GIF on its way to another format. */
typedef struct _WebConvert WebConvert;

/* The end: either @bytes or @fault is set, both borrowed. */
typedef void (*WebConvertFunc) (
    GBytes *bytes, const WebFault *fault, gpointer data);

/* Whether every element for all formats is there. */
gboolean web_convert_check_elements (GError **error);

/* Starts to convert @gif, with @tags where the format has room for them; @func
 * is called once, from the main loop, unless the conversion is freed before. It
 * may free it. */
WebConvert *web_convert_new (WebFormat format, GBytes *gif,
    const GstTagList *tags, WebConvertFunc func, gpointer data);

/* Ends it, whether it is complete or not. */
void web_convert_free (WebConvert *convert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebConvert, web_convert_free)

G_END_DECLS
