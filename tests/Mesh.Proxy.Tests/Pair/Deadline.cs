namespace Mesh.Proxy.Tests.Pair;

/// <summary>No await of a test lasts for ever.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static Task InTime(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().InTime();

    public static Task InTime(this ValueTask task) => task.AsTask().InTime();
}
