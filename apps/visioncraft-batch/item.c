/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "item.h"

#include <string.h>

void
parameters_clear (Parameters *parameters)
{
  g_clear_pointer (&parameters->prompt, g_free);
  g_clear_pointer (&parameters->negative_prompt, g_free);
  g_clear_pointer (&parameters->sampler, g_free);
}

Parameters
parameters_copy (const Parameters *parameters)
{
  return (Parameters){ g_strdup (parameters->prompt),
    g_strdup (parameters->negative_prompt), g_strdup (parameters->sampler),
    parameters->cfg_scale, parameters->steps };
}

/* Texts with their lengths before them: no two lists of texts give one. */
static void
append (GString *all, const char *text)
{
  if (text == NULL)
    g_string_append (all, "-;");
  else
    g_string_append_printf (
        all, "%" G_GSIZE_FORMAT ":%s;", strlen (text), text);
}

Digest
parameters_digest (const Parameters *parameters)
{
  g_autoptr (GString) all = g_string_new (NULL);

  append (all, parameters->prompt);
  append (all, parameters->negative_prompt);
  append (all, parameters->sampler);
  g_string_append_printf (
      all, "%d;%d", parameters->cfg_scale, parameters->steps);
  return digest_of (all->str, (gssize) all->len);
}

Digest
item_key (Digest parameters, guint variation)
{
  char text[DIGEST_TEXT_SIZE];
  g_autofree char *all = NULL;

  digest_to_text (parameters, text);
  all = g_strdup_printf ("%s;%u", text, variation);
  return digest_of (all, -1);
}

Item *
item_new (void)
{
  Item *item = g_new0 (Item, 1);

  item->files = g_ptr_array_new_with_free_func (g_free);
  return item;
}

void
item_free (Item *item)
{
  if (item == NULL)
    return;
  g_free (item->id);
  parameters_clear (&item->parameters);
  g_ptr_array_unref (item->files);
  g_free (item);
}
