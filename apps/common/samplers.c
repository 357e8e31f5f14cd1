/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "samplers.h"

#include "failure.h"

#include <string.h>
#include <vcjson.h>
#include <vctext.h>

#define PATH "/image/samplers"
#define NAMES_MAX 200
#define NAME_BYTES_MAX 64
#define LIFETIME_US (10 * 60 * G_USEC_PER_SEC)
#define RETRY_US (30 * G_USEC_PER_SEC)

static const char *const known_names[] = { "Euler", "Euler a", "LMS", "Heun",
  "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ 2M", "DPM++ SDE", "DPM fast",
  "DPM adaptive", "LMS Karras", "DPM2 Karras", "DPM2 a Karras",
  "DPM++ 2S a Karras", "DPM++ 2M Karras", "DPM++ SDE Karras", "DDIM", "PLMS",
  NULL };

struct _Samplers
{
  const ServiceAccess *access;
  char **names; /* NULL: none from the service yet */
  gint64 asked_us;
  gboolean succeeded; /* the last time */
  ServiceGet *get;    /* while under way; else NULL */
  SamplersFunc settled;
  gpointer settled_data;
};

Samplers *
samplers_new (const ServiceAccess *access)
{
  Samplers *samplers = g_new0 (Samplers, 1);

  samplers->access = access;
  return samplers;
}

void
samplers_free (Samplers *samplers)
{
  service_get_free (samplers->get);
  g_strfreev (samplers->names);
  g_free (samplers);
}

static gboolean
is_name (const char *name)
{
  g_autofree char *line = NULL;

  if (name == NULL || name[0] == '\0' || strlen (name) > NAME_BYTES_MAX)
    return FALSE;
  line = vc_text_one_line (name, -1);
  return g_str_equal (line, name);
}

/* NULL unless @body is an array of names; odd entries are passed over. */
static char **
parse_names (GBytes *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (JsonNode) root = vc_json_parse (text, length);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array = vc_json_array (root);
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < MIN (n, NAMES_MAX); i++) {
    const char *name = vc_json_string (json_array_get_element (array, i));

    if (is_name (name))
      g_ptr_array_add (names, g_strdup (name));
  }
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static void
on_answer (GBytes *body, const GError *error, gpointer data)
{
  Samplers *samplers = data;
  SamplersFunc settled = samplers->settled;
  char **names = body != NULL ? parse_names (body) : NULL;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;

  samplers->succeeded = names != NULL;
  if (names != NULL) {
    g_strfreev (samplers->names);
    samplers->names = names;
  } else if (problem == NULL) {
    problem = g_error_new_literal (FAILURE, FAILURE_UNAVAILABLE,
        "The service's answer is no list of samplers.");
  }
  g_clear_pointer (&samplers->get, service_get_free);
  samplers->settled = NULL;
  if (settled != NULL)
    settled (problem, samplers->settled_data);
}

static gboolean
is_fresh (const Samplers *samplers)
{
  gint64 age_us = g_get_monotonic_time () - samplers->asked_us;

  return samplers->asked_us != 0
      && age_us < (samplers->succeeded ? LIFETIME_US : RETRY_US);
}

void
samplers_refresh (Samplers *samplers, SamplersFunc settled, gpointer data)
{
  if (samplers->get != NULL || is_fresh (samplers))
    return;
  samplers->asked_us = g_get_monotonic_time ();
  samplers->settled = settled;
  samplers->settled_data = data;
  samplers->get =
      service_get_start (samplers->access, PATH, on_answer, samplers);
}

const char *const *
samplers_get (Samplers *samplers)
{
  return samplers->names != NULL ? (const char *const *) samplers->names
                                 : known_names;
}

gboolean
samplers_are_current (Samplers *samplers)
{
  return samplers->names != NULL;
}
