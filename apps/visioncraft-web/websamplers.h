/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The names of the samplers: the service's list, asked for again when it is
 * old; until there is one, the names that were known when this was written.
 * Main thread only. */
typedef struct _WebSamplers WebSamplers;

typedef void (*WebSamplersFunc) (gpointer data);

/* @api_url is the service's address. Starts nothing. */
WebSamplers *web_samplers_new (const char *api_url);

/* Cancels what is under way. */
void web_samplers_free (WebSamplers *samplers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebSamplers, web_samplers_free)

/* Asks the service when the list is older than ten minutes (one of no answer:
 * half a minute). @settled, if any, is called when the answer is there, or
 * surely will not be. */
void web_samplers_refresh (
    WebSamplers *samplers, WebSamplersFunc settled, gpointer data);

/* The names, NULL-terminated, at least one; valid until the next refresh has
 * settled. */
const char *const *web_samplers_get (WebSamplers *samplers);

/* Whether they are the service's own. */
gboolean web_samplers_are_current (WebSamplers *samplers);

G_END_DECLS
