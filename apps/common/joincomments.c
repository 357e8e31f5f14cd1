/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "joincomments.h"

typedef struct
{
  char *ours;
  char **ret_joined; /* NULL: nobody wants it */
} Join;

static void
join_free (gpointer data)
{
  Join *join = data;

  g_free (join->ours);
  g_free (join);
}

/* All comments of @tags in one text, behind @ours. The caller owns it. */
static char *
join_texts (const char *ours, const GstTagList *tags)
{
  GString *joined = g_string_new (ours);
  const char *text;

  for (guint i = 0;
       gst_tag_list_peek_string_index (tags, GST_TAG_COMMENT, i, &text); i++)
    if (!g_str_equal (text, ours))
      g_string_append_printf (joined, "; %s", text);
  return g_string_free (joined, FALSE);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Join *join = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autofree char *joined = NULL;
  GstTagList *tags;

  if (GST_EVENT_TYPE (event) != GST_EVENT_TAG)
    return GST_PAD_PROBE_OK;
  gst_event_parse_tag (event, &tags);
  if (gst_tag_list_get_tag_size (tags, GST_TAG_COMMENT) == 0)
    return GST_PAD_PROBE_OK;
  joined = join_texts (join->ours, tags);
  tags = gst_tag_list_copy (tags);
  gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT, joined, NULL);
  gst_event_unref (event);
  GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_tag (tags);
  if (join->ret_joined != NULL) {
    g_free (*join->ret_joined);
    *join->ret_joined = g_steal_pointer (&joined);
  }
  return GST_PAD_PROBE_OK;
}

void
comments_join (GstPad *pad, const GstTagList *tags, char **ret_joined)
{
  const char *ours;
  Join *join;

  if (!gst_tag_list_peek_string_index (tags, GST_TAG_COMMENT, 0, &ours))
    return;
  join = g_new (Join, 1);
  *join = (Join){ g_strdup (ours), ret_joined };
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, join, join_free);
}
