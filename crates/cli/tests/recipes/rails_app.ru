# An app around the recipe for Rails.
require "logger"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"

class App < Rails::Application
  config.root = Dir.pwd
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = "only for this test"
  config.logger = Logger.new($stderr)
  # As in Rails' own test environment.
  config.action_controller.allow_forgery_protection = false
end

class ApplicationController < ActionController::Base
  def current_user
    @current_user ||= User.find_by(id: request.headers["x-user"])
  end

  def require_user
    head :unauthorized unless current_user
  end
end

ENV["DATABASE_URL"] = "sqlite3:app.db"
App.initialize!

class User < ActiveRecord::Base
end

ActiveRecord::Schema.define { create_table(:users) }
require "./db/migrate/1_add_avatar_to_users"
AddAvatarToUsers.migrate(:up)
User.create!(id: 1)

run App
