namespace Mesh.Proxy.Admin;

/// <summary>Short answers, for people and for probes.</summary>
internal static class HealthAnswers
{
    /// <summary>The process runs and answers.</summary>
    public static Task LiveAsync(HttpContext http) => TextAsync(http, StatusCodes.Status200OK, "live");

    /// <summary>Whether it can carry traffic, and what is missing.</summary>
    public static Task ReadyAsync(HttpContext http, Readiness readiness)
    {
        var missing = string.Join('\n', readiness.Missing());
        return missing.Length == 0 ? TextAsync(http, StatusCodes.Status200OK, "ready") : TextAsync(http, StatusCodes.Status503ServiceUnavailable, missing);
    }

    /// <summary>A line of text.</summary>
    public static Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync($"{text}\n", http.RequestAborted);
    }
}
