/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "work.h"

Work *
work_new (struct _Batch *batch, Item *item)
{
  Work *work = g_new0 (Work, 1);

  work->batch = batch;
  work->item = item;
  work->missing = g_ptr_array_new ();
  return work;
}

void
work_free (Work *work)
{
  g_clear_handle_id (&work->timer, g_source_remove);
  g_clear_pointer (&work->generate, generate_free);
  g_ptr_array_unref (work->missing);
  item_free (work->item);
  g_clear_pointer (&work->gif, g_bytes_unref);
  g_clear_pointer (&work->tags, gst_tag_list_unref);
  g_clear_error (&work->error);
  g_free (work);
}
