/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webpage.h"

#include "webreply.h"

#include <string.h>

#define RESOURCES "/top/visioncraft/web"

static const struct
{
  const char *path, *file, *type;
} files[] = {
  { "/", "index.html", "text/html; charset=utf-8" },
  { "/app.js", "app.js", "text/javascript; charset=utf-8" },
  { "/form.js", "form.js", "text/javascript; charset=utf-8" },
  { "/gallery.js", "gallery.js", "text/javascript; charset=utf-8" },
  { "/next.js", "next.js", "text/javascript; charset=utf-8" },
  { "/player.js", "player.js", "text/javascript; charset=utf-8" },
  { "/login.js", "login.js", "text/javascript; charset=utf-8" },
  { "/messages.js", "messages.js", "text/javascript; charset=utf-8" },
  { "/server.js", "server.js", "text/javascript; charset=utf-8" },
  { "/style.css", "style.css", "text/css; charset=utf-8" },
  { "/icon.svg", "icon.svg", "image/svg+xml" },
};

/* The page of a generation, whichever that is: the name is for its script. */
#define GENERATION "/g/"

/* To what the page's own addresses are relative: its script changes the
 * address that the browser shows, and a proxy may lose the slash at a prefix's
 * end. */
#define BASE "<base href=\"./\">"

static GBytes *
load_file (const char *name, const char *base)
{
  g_autofree char *resource = g_strconcat (RESOURCES "/", name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, 0, NULL);
  g_autofree char *element = NULL;
  GString *page;

  g_return_val_if_fail (bytes != NULL, NULL);
  if (base == NULL)
    return g_steal_pointer (&bytes);
  page = g_string_new_len (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  element = g_strdup_printf ("<base href=\"%s\">", base);
  g_string_replace (page, BASE, element, 1);
  return g_string_free_to_bytes (page);
}

/* NULL: as it stands there. */
static const char *
find_base (const WebSite *site, gboolean is_below)
{
  const char *base = web_site_get_base (site);

  if (!g_str_equal (base, "/"))
    return base;
  return is_below ? "../" : NULL;
}

gboolean
web_page_get (const WebSite *site, SoupServerMessage *message, const char *path)
{
  gboolean is_below = g_str_has_prefix (path, GENERATION)
      && strchr (path + strlen (GENERATION), '/') == NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GBytes) bytes = NULL;

    if (!g_str_equal (is_below ? "/" : path, files[i].path))
      continue;
    bytes = load_file (files[i].file,
        g_str_has_suffix (files[i].file, ".html") ? find_base (site, is_below)
                                                  : NULL);
    web_reply_bytes (message, files[i].type, WEB_CACHE_ASK, bytes);
    return TRUE;
  }
  return FALSE;
}
