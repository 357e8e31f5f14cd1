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
  { "/login.js", "login.js", "text/javascript; charset=utf-8" },
  { "/messages.js", "messages.js", "text/javascript; charset=utf-8" },
  { "/server.js", "server.js", "text/javascript; charset=utf-8" },
  { "/style.css", "style.css", "text/css; charset=utf-8" },
  { "/icon.svg", "icon.svg", "image/svg+xml" },
};

/* The page's own addresses are relative. Behind a proxy that may have lost the
 * slash at the prefix's end, it has to say to what. */
static GBytes *
load_file (const WebSite *site, const char *name)
{
  g_autofree char *resource = g_strconcat (RESOURCES "/", name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, 0, NULL);
  const char *base = web_site_get_base (site), *head;
  GString *page;

  g_return_val_if_fail (bytes != NULL, NULL);
  if (!g_str_has_suffix (name, ".html") || g_str_equal (base, "/"))
    return g_steal_pointer (&bytes);
  page = g_string_new_len (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  head = strstr (page->str, "<head>");
  g_string_insert (page, head - page->str + strlen ("<head>"), "\">");
  g_string_insert (page, head - page->str + strlen ("<head>"), base);
  g_string_insert (
      page, head - page->str + strlen ("<head>"), "\n  <base href=\"");
  return g_string_free_to_bytes (page);
}

gboolean
web_page_get (const WebSite *site, SoupServerMessage *message, const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GBytes) bytes = NULL;

    if (!g_str_equal (path, files[i].path))
      continue;
    bytes = load_file (site, files[i].file);
    web_reply_bytes (message, files[i].type, WEB_CACHE_ASK, bytes);
    return TRUE;
  }
  return FALSE;
}
