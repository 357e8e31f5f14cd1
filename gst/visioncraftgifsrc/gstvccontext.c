/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvccontext.h"

#include "vcrequest.h"

GST_DEBUG_CATEGORY_EXTERN (visioncraftgifsrc_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

GObject *
gst_vc_context_find_session (GstElement *element)
{
  /* The base class keeps what set_context() brings, under the element's own
   * lock, and drops what is not persistent in NULL. */
  g_autoptr (GstContext) context =
      gst_element_get_context (element, GST_VC_CONTEXT_SESSION);
  const GValue *value;
  GObject *session = NULL;

  if (context == NULL) {
    gst_element_post_message (element,
        gst_message_new_need_context (
            GST_OBJECT (element), GST_VC_CONTEXT_SESSION));
    context = gst_element_get_context (element, GST_VC_CONTEXT_SESSION);
  }
  if (context == NULL) {
    GST_DEBUG_OBJECT (element, "no application's session: using our own");
    return NULL;
  }

  value = gst_structure_get_value (
      gst_context_get_structure (context), GST_VC_CONTEXT_SESSION_FIELD);
  if (value != NULL && G_VALUE_HOLDS_OBJECT (value))
    session = g_value_dup_object (value);
  if (session == NULL || !vc_request_accepts_session (session)) {
    g_clear_object (&session);
    GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS,
        ("The context " GST_VC_CONTEXT_SESSION
         " holds no SoupSession of libsoup 3 in its field "
         "\"" GST_VC_CONTEXT_SESSION_FIELD "\": it is not used."),
        (NULL));
    return NULL;
  }
  GST_DEBUG_OBJECT (element, "using the application's session");
  return session;
}
