using System.Text;
using Mesh.ControlPlane.Api;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Ui;

/// <summary>Lets a browser in by a link that holds a token, and says where to find such a link.</summary>
internal static class LoginPage
{
    /// <summary>Maps <c>/login</c>.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/login", Login).WithMetadata(Access.Anyone);

    private static IResult Missing(bool inCluster) => Page(
        StatusCodes.Status401Unauthorized,
        "Not logged in",
        inCluster
            ? "In a cluster this page is for tools: <code>mesh</code> and <code>curl</code> send the token of a ServiceAccount that a role allows it (<code>controlplanes.mesh.dev</code>)."
            : "Open the link that leads here: <b>Mesh</b>, at the resource of the mesh in Aspire's dashboard, or what <code>mesh up</code> prints after <b>Mesh:</b>. It ends in <code>/login?t=…</code> and is another one after each start.");

    private static IResult Login(HttpContext context, BrowserSessions sessions, ControlPlaneSettings settings, string? t)
    {
        if (t is null || settings.Kubernetes is not null)
        {
            return Missing(settings.Kubernetes is not null);
        }

        if (!sessions.TryBegin(t, out var cookie))
        {
            return Page(StatusCodes.Status401Unauthorized, "This link is not good any more", "Its token is none of this control plane's, or may not read. Take the link from the last start.");
        }

        context.Response.Cookies.Append(
            BrowserSessions.CookieOf(context.Request),
            cookie,
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = BrowserSessions.Lifetime, IsEssential = true });

        // After a click on another page's link, a redirect would still count as that page's and come without the strict cookie; a page of our own that goes on does not.
        return context.Request.Headers["Sec-Fetch-Site"] is ["cross-site"]
            ? Page(StatusCodes.Status200OK, "Logged in", "<a href=\"/\">Go on</a>", "<meta http-equiv=\"refresh\" content=\"0;url=/\">")
            : Results.Redirect("/");
    }

    private static IResult Page(int status, string title, string text, string head = "") => Results.Content(
        $"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Mesh · {title}</title>{head}
        <style>{StatusStyle.Text}</style></head><body><main class="narrow"><h1>{title}</h1><p>{text}</p></main></body></html>
        """,
        "text/html; charset=utf-8",
        Encoding.UTF8,
        status);
}
