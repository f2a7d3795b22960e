#if IsFile
using System.Runtime.CompilerServices;
#endif
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Testing;

namespace Mesh_App._1.Tests;

/// <summary>The app as a whole: every service, its sidecar, and the control plane. Started once for the tests of a class.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private DistributedApplication? _app;

    public async ValueTask InitializeAsync()
    {
        var cancelled = TestContext.Current.CancellationToken;
#if IsFile
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.GeneratedClassNamePrefix_Tests_AppHost>(
            [], (options, _) => options.ProjectDirectory = AppHostDirectory(), cancelled);
#else
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.GeneratedClassNamePrefix_AppHost>(cancelled);
#endif
        _app = await builder.BuildAsync(cancelled).WaitAsync(Deadline, cancelled);
        await _app.StartAsync(cancelled).WaitAsync(Deadline, cancelled);
        await _app.WaitForMeshAsync(Deadline, cancelled);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("webfrontend", cancelled).WaitAsync(Deadline, cancelled);
    }

    /// <summary>Comes in at the front door, as a browser does.</summary>
    public HttpClient ClientOf(string resource) => App.CreateHttpClient(resource);

    /// <summary>Calls one service as another one.</summary>
    public HttpClient ClientAs(string caller, string callee) => App.CreateMeshClient(caller, callee);

    private DistributedApplication App => _app ?? throw new InvalidOperationException("The app was not started.");

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
#if IsFile

    private static string AppHostDirectory([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, ".."));
#endif
}
