namespace Shop.Storefront.Web;

internal static class RequestGuards
{
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });

    /// <summary>A form that another site's page sends here is not the customer's doing.</summary>
    public static void UseSameOriginForms(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        var foreign = origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
        if (foreign && HttpMethods.IsPost(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(context);
    });
}
