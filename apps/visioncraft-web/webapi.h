/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "samplers.h"
#include "weboptions.h"
#include "webstatus.h"

G_BEGIN_DECLS

#define WEB_API_PATH "/api/"

/* What the page talks to: options, generations, their files. */
typedef struct _WebApi WebApi;

/* @options and @samplers are kept, not copied; so is @log. NULL and @error when
 * the gallery's folder cannot be used. */
WebApi *web_api_new (
    const WebOptions *options, Samplers *samplers, WebLog *log, GError **error);

/* Ends every pipeline. No reply may be under way any more. */
void web_api_free (WebApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebApi, web_api_free)

/* Answers a request for @path, which begins with WEB_API_PATH; webserver.h has
 * the list. */
void web_api_answer (WebApi *api, SoupServerMessage *message, const char *path);

/* Takes on no more generations. */
void web_api_drain (WebApi *api);

/* Whether one is still unfinished. */
gboolean web_api_is_working (WebApi *api);

/* Owned by @api. */
WebStatus *web_api_get_status (WebApi *api);

G_END_DECLS
