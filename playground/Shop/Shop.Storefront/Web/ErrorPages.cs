using Shop.ServiceDefaults;

namespace Shop.Storefront.Web;

internal static class ErrorPages
{
    /// <summary>What fails is shown on /error, under the URL that was asked for: 502 where another service is the cause.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            StatusCodeSelector = problem => problem is UpstreamFaultException ? StatusCodes.Status502BadGateway : StatusCodes.Status500InternalServerError,
            SuppressDiagnosticsCallback = context => context.Exception is UpstreamFaultException,
        });
        app.UseStatusCodePagesWithReExecute("/error");
    }
}
