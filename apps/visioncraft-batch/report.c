/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "cachelist.h"
#include "failure.h"
#include "thumbnail.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; img-src data:; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>visioncraft-batch</title>\n<style>\n"
    ":root { color-scheme: light dark; font: 14px/1.4 sans-serif; }\n"
    "body { margin: 1.5em; }\n"
    "main { display: grid; gap: 1em;\n"
    "  grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); }\n"
    "article { border: 1px solid #8888; border-radius: 6px; padding: 8px;\n"
    "  overflow-wrap: anywhere; }\n"
    "article:not(.done) { border: 2px solid #c22; }\n"
    "img, .none { display: block; width: 160px; height: 160px; margin: 0 auto "
    "6px;\n  background: #8883; }\n"
    "h2 { font-size: 1em; margin: 0 0 .3em; }\n"
    "p { margin: 0 0 .3em; }\n"
    ".prompt { max-height: 8.4em; overflow: auto; }\n"
    ".facts { opacity: .75; font-size: .9em; }\n"
    ".state { font-weight: bold; color: #c22; }\n"
    "</style>\n</head>\n<body>\n<h1>visioncraft-batch</h1>\n";

typedef struct
{
  FILE *file;
  DigestTable *gifs;   /* items' keys to the index of */
  GPtrArray *entries;  /* CacheEntry */
  gboolean wants_done; /* in this round */
  guint64 counts[N_EVENTS];
} Report;

static void
report_clear (Report *report)
{
  if (report->file != NULL)
    fclose (report->file);
  g_clear_pointer (&report->gifs, digest_table_free);
  g_clear_pointer (&report->entries, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Report, report_clear)

/* --- Pictures --- */

static void
list_gifs (Report *report, const char *cache_dir)
{
  report->gifs = digest_table_new (sizeof (guint));
  report->entries = cache_list_read (cache_dir);
  for (guint i = 0; i < report->entries->len; i++) {
    const CacheEntry *entry = report->entries->pdata[i];
    const Parameters parameters = { entry->prompt, entry->negative_prompt,
      entry->sampler, entry->cfg_scale, entry->steps };
    guint *index = digest_table_add (report->gifs,
        item_key (parameters_digest (&parameters), entry->variation), NULL);

    *index = i;
  }
}

static void
put_picture (Report *report, const Result *result)
{
  const guint *index = digest_table_find (report->gifs,
      item_key (parameters_digest (&result->parameters), result->variation));
  const CacheEntry *entry =
      index != NULL ? report->entries->pdata[*index] : NULL;
  g_autoptr (GBytes) gif = NULL, jpeg = NULL;
  g_autofree char *base64 = NULL;
  char *data;
  gsize size;

  if (entry != NULL && entry->gif_path != NULL
      && g_file_get_contents (entry->gif_path, &data, &size, NULL)) {
    gif = g_bytes_new_take (data, size);
    jpeg = thumbnail_new (gif);
  }
  if (jpeg == NULL) {
    fputs ("<div class=\"none\"></div>\n", report->file);
    return;
  }
  base64 =
      g_base64_encode (g_bytes_get_data (jpeg, NULL), g_bytes_get_size (jpeg));
  fprintf (report->file, "<img alt=\"\" src=\"data:image/jpeg;base64,%s\">\n",
      base64);
}

/* --- Texts --- */

static void
put_text (Report *report, const char *tag, const char *text)
{
  g_autofree char *printable = failure_printable (text);
  g_autofree char *escaped = g_markup_escape_text (printable, -1);

  fprintf (report->file, "<p class=\"%s\" dir=\"auto\">%s</p>\n", tag, escaped);
}

static void
put_facts (Report *report, const Result *result)
{
  const Parameters *parameters = &result->parameters;
  g_autofree char *facts =
      g_strdup_printf ("%s, %d steps, scale %d, variation %u",
          parameters->sampler != NULL ? parameters->sampler : "",
          parameters->steps, parameters->cfg_scale, result->variation);

  put_text (report, "facts", facts);
  if (parameters->negative_prompt != NULL) {
    g_autofree char *without =
        g_strdup_printf ("without: %s", parameters->negative_prompt);

    put_text (report, "facts", without);
  }
  if (result->state == EVENT_DONE) {
    g_autofree char *size = g_format_size (result->n_bytes);
    g_autofree char *made = g_strdup_printf ("%.1f s%s, %s", result->seconds,
        result->cached ? " from the cache" : "", size);

    put_text (report, "facts", made);
  }
  for (guint i = 0; i < result->files->len; i++)
    put_text (report, "facts", result->files->pdata[i]);
}

static void
on_outcome (const Result *result, gpointer data)
{
  Report *report = data;
  g_autofree char *title = g_strdup_printf ("%" G_GUINT64_FORMAT, result->n);
  g_autofree char *id = g_markup_escape_text (
      result->id != NULL && !g_str_equal (result->id, title) ? result->id : "",
      -1);

  if ((result->state == EVENT_DONE) != report->wants_done)
    return;
  report->counts[result->state]++;
  fprintf (report->file, "<article class=\"%s\">\n<h2>%s %s</h2>\n",
      event_name (result->state), title, id);
  put_picture (report, result);
  if (result->state != EVENT_DONE) {
    put_text (report, "state", event_name (result->state));
    if (result->message != NULL)
      put_text (report, "message", result->message);
  }
  put_text (report, "prompt", result->parameters.prompt);
  put_facts (report, result);
  fputs ("</article>\n", report->file);
}

/* --- The page --- */

static gboolean
put_all (Report *report, const Outcomes *outcomes, GError **error)
{
  fputs (head, report->file);
  fputs ("<main>\n", report->file);
  for (guint round = 0; round < 2; round++) {
    report->wants_done = round == 1;
    if (!outcomes_foreach (outcomes, on_outcome, report, error))
      return FALSE;
  }
  fputs ("</main>\n<footer><p>", report->file);
  for (guint i = 0; i < N_EVENTS; i++)
    if (report->counts[i] > 0)
      fprintf (report->file, "%" G_GUINT64_FORMAT " %s. ", report->counts[i],
          event_name (i));
  fputs ("</p></footer>\n</body>\n</html>\n", report->file);
  return TRUE;
}

gboolean
report_write (const char *path, const Outcomes *outcomes, const char *cache_dir,
    GError **error)
{
  g_auto (Report) report = { 0 };
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  gboolean good;

  list_gifs (&report, cache_dir);
  report.file = g_fopen (part, "we");
  if (report.file == NULL)
    good = FALSE;
  else if (!put_all (&report, outcomes, error))
    return FALSE;
  else
    good = fflush (report.file) == 0 && fsync (fileno (report.file)) == 0
        && g_rename (part, path) == 0;
  if (good)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "The report \"%s\" cannot be written: %s.", path, g_strerror (errno));
  g_unlink (part);
  return FALSE;
}
