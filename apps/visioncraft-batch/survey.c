/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "survey.h"

#include <poll.h>

#define MAX_TOLD 100

static void
wait_for (List *list)
{
  struct pollfd input = { .fd = list_get_fd (list), .events = POLLIN };

  poll (&input, 1, -1);
}

gboolean
survey_take (List *list, Survey *ret_survey, const SurveyCallbacks *callbacks,
    gpointer data, GError **error)
{
  *ret_survey = (Survey){ 0 };
  for (;;) {
    g_autoptr (Item) item = NULL;
    g_autoptr (GError) reason = NULL;

    switch (list_next (list, &item, &reason)) {
      case LIST_ITEM:
        ret_survey->n_items++;
        if (callbacks->item != NULL)
          callbacks->item (item, data);
        break;
      case LIST_BAD:
        if (ret_survey->n_bad++ < MAX_TOLD)
          callbacks->bad (reason, data);
        break;
      case LIST_WAIT:
        wait_for (list);
        break;
      case LIST_END:
        return TRUE;
      case LIST_FAILED:
      default:
        g_propagate_error (error, g_steal_pointer (&reason));
        return FALSE;
    }
  }
}
