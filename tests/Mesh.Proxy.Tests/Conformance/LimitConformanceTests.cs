using System.Net;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>Bounds on time, and what is sent again.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class LimitConformanceTests(EchoMesh mesh)
{
    [Theory]
    [InlineData("request: 500ms", "request_timeout")]
    [InlineData("backendRequest: 500ms", "per_try_timeout")]
    [Feature("HTTPRouteRequestTimeout, HTTPRouteBackendTimeout")]
    public async Task HTTPRouteTimeoutRequest_BackendThatTakesLonger_Is504(string timeouts, string error)
    {
        mesh.Apply(Routes.Http($"- {{matches: [{{path: {{type: PathPrefix, value: /slow}}}}], default: {{timeouts: {{{timeouts}}}}}}}\n- {{}}") + NoRetries);
        mesh.App("echo").First = async context =>
        {
            if (context.Request.Path == "/slow")
            {
                await TestApp.SilentAsync(context);
                return true;
            }

            return false;
        };

        using var slow = await mesh.SendAsync("/slow");

        Assert.Equal(HttpStatusCode.GatewayTimeout, slow.StatusCode);
        Assert.StartsWith($"{error}; hop=client-1; policy=HttpRoute default/route", slow.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal("echo", (await mesh.EchoAsync("/fast")).Service);
    }

    [Fact, Feature("HTTPRouteRequestTimeout")]
    public async Task HTTPRouteTimeoutRequest_ZeroOfARule_LiftsThePolicysLimit()
    {
        const string policy = "---\nkind: Timeout\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: echo}, default: {request: 300ms}}]}\n";
        mesh.Apply(Routes.Http("- {matches: [{path: {type: Exact, value: /lifted}}], default: {timeouts: {request: 0s}}}\n- {}") + policy);
        var waiting = new TaskCompletionSource();
        mesh.App("echo").First = async context =>
        {
            if (context.Request.Path == "/lifted")
            {
                await waiting.Task;
                return false;
            }

            await TestApp.SilentAsync(context);
            return true;
        };

        // The limited one begins later and ends by its limit: then the other one's would have been over.
        var lifted = mesh.EchoAsync("/lifted");
        using var limited = await mesh.SendAsync("/limited");
        waiting.SetResult();

        Assert.Equal(HttpStatusCode.GatewayTimeout, limited.StatusCode);
        Assert.Equal("echo", (await lifted).Service);
    }

    [Theory, Feature("HTTPRouteRetry")]
    [InlineData(500, 2, 200, 3)]
    [InlineData(503, 2, 200, 3)]
    [InlineData(504, 3, 504, 3)]
    [InlineData(501, 1, 501, 1)]
    public async Task HTTPRouteRetry_StatusOfTheList_IsTriedAgainAndTheLastOneIsTheCallers(int status, int failures, int expected, int attempts)
    {
        mesh.Apply(Routes.Http("- default: {retry: {codes: [500, 502, 503, 504], attempts: 2, backoff: 1ms}}"));
        var tried = FailAtFirst(failures, context => context.Response.StatusCode = status);

        using var response = await mesh.SendAsync();

        Assert.Equal((expected, attempts), ((int)response.StatusCode, tried()));
    }

    [Theory, Feature("HTTPRouteRetryConnectionError")]
    [InlineData(2, 200)]
    [InlineData(int.MaxValue, 502)]
    public async Task HTTPRouteRetryConnectionError_ConnectionThatBreaks_IsTriedAgain(int failures, int expected)
    {
        mesh.Apply(Routes.Http("- default: {retry: {attempts: 2, backoff: 1ms}}"));
        var tried = FailAtFirst(failures, context => context.Abort());

        using var response = await mesh.SendAsync();

        // A kept connection that turns out to be closed is none of the attempts, so there may be more.
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.True(tried() >= 3, $"{tried()} attempts");
    }

    [Theory, Feature("HTTPRouteRetryBackendTimeout")]
    [InlineData(1, 200, 2)]
    [InlineData(2, 504, 2)]
    public async Task HTTPRouteRetryBackendTimeout_AttemptThatTakesTooLong_IsTriedAgain(int failures, int expected, int attempts)
    {
        mesh.Apply(Routes.Http("- default: {timeouts: {backendRequest: 4s}, retry: {attempts: 1, backoff: 1ms}}"));
        var left = failures;
        var tried = 0;
        mesh.App("echo").First = async context =>
        {
            Interlocked.Increment(ref tried);
            if (Interlocked.Decrement(ref left) < 0)
            {
                return false;
            }

            await TestApp.SilentAsync(context);
            return true;
        };

        using var response = await mesh.SendAsync();

        Assert.Equal((expected, attempts), ((int)response.StatusCode, Volatile.Read(ref tried)));
    }

    private const string NoRetries = "---\nkind: Retry\nmetadata: {name: never}\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {numRetries: 0}}}]}\n";

    private Func<int> FailAtFirst(int failures, Action<HttpContext> fail)
    {
        var left = failures;
        var tried = 0;
        mesh.App("echo").First = context =>
        {
            Interlocked.Increment(ref tried);
            if (Interlocked.Decrement(ref left) < 0)
            {
                return new(false);
            }

            fail(context);
            return new(true);
        };
        return () => Volatile.Read(ref tried);
    }
}
