<?php

// An app around the recipe for Laravel, for PHP's own server. Laravel is Debian's package.

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as KernelContract;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Http\Kernel;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Schema;

require 'Illuminate/autoload.php';
require_once 'GuzzleHttp/autoload.php';
spl_autoload_register(function ($class) {
    if (str_starts_with($class, 'App\\')) {
        require getcwd().'/app'.str_replace('\\', '/', substr($class, 3)).'.php';
    }
});

function write(string $file, string $code): void
{
    @mkdir(dirname($file), recursive: true);
    file_put_contents($file, "<?php\n\n$code\n");
}

$isNew = ! file_exists('app.db');
if ($isNew) {
    touch('app.db');
    mkdir('bootstrap/cache', recursive: true);
    write('app/Models/User.php', 'namespace App\Models; class User extends \Illuminate\Foundation\Auth\User {
        public $timestamps = false;
    }');
    write('config/app.php', 'return ["key" => str_repeat("k", 32), "cipher" => "AES-256-CBC", "debug" => true,
        "timezone" => "UTC", "locale" => "en", "fallback_locale" => "en", "aliases" => [], "providers" => [
        "Illuminate\Auth\AuthServiceProvider", "Illuminate\Database\DatabaseServiceProvider",
        "Illuminate\Filesystem\FilesystemServiceProvider", "Illuminate\View\ViewServiceProvider",
        "Illuminate\Foundation\Providers\FoundationServiceProvider"]];');
    write('config/auth.php', 'return ["defaults" => ["guard" => "header"],
        "guards" => ["header" => ["driver" => "header"]]];');
    write('config/database.php', 'return ["default" => "app", "connections" => ["app" => ["driver" => "sqlite",
        "database" => getcwd()."/app.db", "prefix" => ""]], "migrations" => "migrations"];');
    write('config/logging.php', 'return ["default" => "stderr", "channels" => ["stderr" => ["driver" => "monolog",
        "handler" => "Monolog\Handler\StreamHandler", "with" => ["stream" => "php://stderr"]]]];');
    write('config/view.php', 'return ["paths" => [], "compiled" => getcwd()];');
}

$app = new Application(getcwd());
$app->singleton(KernelContract::class, function ($app) {
    return new class($app, $app['router']) extends Kernel
    {
        protected $routeMiddleware = ['auth' => Illuminate\Auth\Middleware\Authenticate::class];
    };
});
$app->singleton(ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$app->booted(function () use ($isNew) {
    if ($isNew) {
        Schema::create('users', fn ($table) => $table->id());
        (require glob('database/migrations/*.php')[0])->up();
        DB::table('users')->insert(['id' => 1]);
    }
    Auth::viaRequest('header', fn ($request) => App\Models\User::find($request->header('x-user')));
    Route::middleware([])->group(getcwd().'/routes/web.php');
});

$kernel = $app->make(KernelContract::class);
$request = Illuminate\Http\Request::capture();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
