/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elements.h"

#include <string.h>

const char *
type_words (GType type)
{
  switch (type) {
    case G_TYPE_STRING:
      return "string";
    case G_TYPE_BOOLEAN:
      return "boolean";
    case G_TYPE_INT:
      return "integer";
    case G_TYPE_UINT:
      return "unsigned integer";
    case G_TYPE_INT64:
      return "64-bit integer";
    case G_TYPE_UINT64:
      return "64-bit unsigned integer";
    case G_TYPE_DOUBLE:
      return "double";
    default:
      break;
  }
  if (type == GST_TYPE_STRUCTURE)
    return "structure";
  if (type == GST_TYPE_ARRAY)
    return "array of strings";
  if (type == GST_TYPE_PROGRESS_TYPE)
    return "type";
  return g_type_name (type);
}

static void
append_heading (GString *page, Comments *comments, GstElementFactory *factory)
{
  const char *name = GST_OBJECT_NAME (factory);
  g_autofree char *section = g_strconcat ("SECTION:element-", name, NULL);
  const char *since;
  const char *text = comments_get (comments, section, &since);

  g_string_append_printf (page, "## %s\n\n", name);
  g_string_append_printf (page, "*%s.* Class `%s`, rank %u, since %s.\n\n",
      gst_element_factory_get_metadata (
          factory, GST_ELEMENT_METADATA_DESCRIPTION),
      gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS),
      gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory)), since);
  g_string_append_printf (page, "%s\n\n", text);
}

static void
append_hierarchy (GString *page, GstElement *element)
{
  GType type = G_OBJECT_TYPE (element);
  guint n;
  g_autofree GType *interfaces = g_type_interfaces (type, &n);

  g_string_append (page, "### Type and interfaces\n\n");
  for (; type != GST_TYPE_ELEMENT; type = g_type_parent (type))
    g_string_append_printf (page, "`%s` ← ", g_type_name (type));
  g_string_append (page, "`GstElement`");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        page, "; implements `%s`", g_type_name (interfaces[i]));
  g_string_append (page, "\n\n");
}

static void
append_pads (GString *page, GstElementFactory *factory)
{
  g_string_append (page, "### Pads\n\n");
  for (const GList *l = gst_element_factory_get_static_pad_templates (factory);
       l != NULL; l = l->next) {
    GstStaticPadTemplate *pad = l->data;
    g_autoptr (GstCaps) caps = gst_static_caps_get (&pad->static_caps);
    g_autofree char *text = gst_caps_to_string (caps);

    g_string_append_printf (page, "- `%s`: %s, %s\n", pad->name_template,
        pad->direction == GST_PAD_SRC ? "source" : "sink",
        pad->presence == GST_PAD_ALWAYS ? "always there" : "not always there");
    g_string_append_printf (page, "\n  ```\n  %s\n  ```\n\n", text);
  }
}

/* "0 to 20", or NULL where there is none, or none that says something. */
static char *
range_of (GParamSpec *spec)
{
  if (G_IS_PARAM_SPEC_INT (spec)) {
    GParamSpecInt *s = G_PARAM_SPEC_INT (spec);

    return s->maximum == G_MAXINT
        ? g_strdup_printf ("from %d", s->minimum)
        : g_strdup_printf ("%d to %d", s->minimum, s->maximum);
  }
  if (G_IS_PARAM_SPEC_UINT (spec)) {
    GParamSpecUInt *s = G_PARAM_SPEC_UINT (spec);

    return s->maximum >= G_MAXINT
        ? g_strdup_printf ("from %u", s->minimum)
        : g_strdup_printf ("%u to %u", s->minimum, s->maximum);
  }
  if (G_IS_PARAM_SPEC_UINT64 (spec))
    return g_strdup_printf (
        "from %" G_GUINT64_FORMAT, G_PARAM_SPEC_UINT64 (spec)->minimum);
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return g_strdup_printf ("%g to %g", G_PARAM_SPEC_DOUBLE (spec)->minimum,
        G_PARAM_SPEC_DOUBLE (spec)->maximum);
  return NULL;
}

static char *
default_of (GParamSpec *spec)
{
  const GValue *value = g_param_spec_get_default_value (spec);

  if (G_VALUE_HOLDS_STRING (value))
    return g_value_get_string (value) != NULL
        ? g_strdup_printf ("`%s`", g_value_get_string (value))
        : g_strdup ("unset");
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_strdup (g_value_get_boolean (value) ? "`true`" : "`false`");
  if (G_VALUE_HOLDS_BOXED (value) || G_VALUE_HOLDS_OBJECT (value))
    return g_strdup ("unset");
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup_printf ("`%g`", g_value_get_double (value));
  return g_strdup_value_contents (value);
}

static const char *
mutability_of (GParamSpec *spec)
{
  if ((spec->flags & G_PARAM_WRITABLE) == 0)
    return "read-only";
  if ((spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0)
    return "can be set in every state";
  if ((spec->flags & GST_PARAM_MUTABLE_PAUSED) != 0)
    return "can be set up to PAUSED";
  if ((spec->flags & GST_PARAM_MUTABLE_READY) != 0)
    return "can be set in NULL and READY";
  g_error ("%s does not say when it can be set", spec->name);
}

/* Types of ours that a property exposes must be marked for documentation. */
static void
check_type (GParamSpec *spec)
{
  const char *name = g_type_name (spec->value_type);

  if ((g_str_has_prefix (name, "GstVisioncraft")
          || g_str_has_prefix (name, "GstAnimGif"))
      && !gst_type_is_plugin_api (spec->value_type, NULL))
    g_error ("%s is not marked as plugin API", name);
}

static void
append_property (GString *page, Comments *comments, GParamSpec *spec)
{
  g_autofree char *name =
      g_strdup_printf ("%s:%s", g_type_name (spec->owner_type), spec->name);
  g_autofree char *range = range_of (spec);
  g_autofree char *fallback = default_of (spec);
  const char *since;
  const char *text = comments_get (comments, name, &since);

  check_type (spec);
  g_string_append_printf (page, "#### `%s`\n\n", spec->name);
  g_string_append_printf (page, "%s", type_words (spec->value_type));
  if (range != NULL)
    g_string_append_printf (page, ", %s", range);
  if ((spec->flags & G_PARAM_WRITABLE) != 0)
    g_string_append_printf (page, "; default %s", fallback);
  g_string_append_printf (page, "; %s", mutability_of (spec));
  if ((spec->flags & G_PARAM_READABLE) == 0)
    g_string_append (page, "; cannot be read");
  g_string_append_printf (page, "; since %s\n\n%s\n\n", since, text);
}

static void
append_properties (GString *page, Comments *comments, GstElement *element)
{
  GType type = G_OBJECT_TYPE (element);
  guint n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  g_string_append (page, "### Properties\n\n");
  for (guint i = 0; i < n; i++) {
    if (specs[i]->owner_type == type)
      append_property (page, comments, specs[i]);
  }
}

void
append_element (GString *page, Comments *comments, const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);
  g_autoptr (GstElement) element = NULL;

  if (factory == NULL)
    g_error ("%s is not registered", name);
  element = gst_object_ref_sink (gst_element_factory_create (factory, NULL));
  append_heading (page, comments, factory);
  append_hierarchy (page, element);
  append_pads (page, factory);
  append_properties (page, comments, element);
}

static int
compare_categories (gconstpointer a, gconstpointer b)
{
  return strcmp (gst_debug_category_get_name ((gpointer) a),
      gst_debug_category_get_name ((gpointer) b));
}

void
append_debug_categories (GString *page)
{
  GSList *all =
      g_slist_sort (gst_debug_get_all_categories (), compare_categories);

  g_string_append (page,
      "## Debug categories\n\n"
      "For `GST_DEBUG`; `visioncraft*:5` tells the story of "
      "a run in about twenty lines.\n\n"
      "| category | tells about |\n|---|---|\n");
  for (GSList *l = all; l != NULL; l = l->next) {
    const char *name = gst_debug_category_get_name (l->data);

    if (g_str_has_prefix (name, "visioncraft")
        || g_str_has_prefix (name, "animgif"))
      g_string_append_printf (page, "| `%s` | %s |\n", name,
          gst_debug_category_get_description (l->data));
  }
  g_slist_free (all);
}
